"""From what was seen to a verdict: why nobody could look, and what the ways share."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest

from grader.check import (
    Location,
    Part,
    Status,
    Unproven,
    conclude,
    protocol_port,
    score,
    then_grade,
    unavailable,
)
from grader.conclude import failed_look
from grader.facts import Fact, Image, Reason
from grader.messages import Translator, msg
from grader.needs import ContainerNeed, EventsNeed, EventWindowNeed, ManifestNeed, Need
from grader.series import Series
from tests.concluding import Concludes, only, result
from tests.factories import a_container, evidence_of, journal_of, saw

COULD_NOT_LOOK = [
    Reason.ENGINE_UNREACHABLE,
    Reason.ENGINE_ERROR,
    Reason.PERMISSION,
    Reason.REGISTRY_UNREACHABLE,
    Reason.DENIED,
    Reason.CREDENTIALS,
    Reason.RATE_LIMITED,
    Reason.SANDBOX,
    Reason.TIMEOUT,
    Reason.TOO_LARGE,
    Reason.UNSUPPORTED,
    Reason.UNREADABLE,
]
OF_THE_ENGINE = {Reason.ENGINE_UNREACHABLE, Reason.PERMISSION}
WHOLE = msg("a health check")


def _series(reason: Reason) -> Series[Image]:
    return Series(unavailable=reason)


@pytest.mark.parametrize("reason", COULD_NOT_LOOK)
def test_why_nobody_could_look_is_told_with_what_was_tried(reason: Reason) -> None:
    tried: Series[Image] = Series(unavailable=reason, detail="dial tcp: i/o timeout")
    verdict = unavailable(tried)
    assert verdict.status is Status.ERROR
    assert verdict.hint
    # The check of the engine tells it for all.
    assert verdict.actual == (None if reason in OF_THE_ENGINE else "dial tcp: i/o timeout")
    assert unavailable(_series(reason)).actual is None


def test_what_the_system_said_is_told_in_the_readers_language() -> None:
    closed: Series[Image] = Series(unavailable=Reason.UNREADABLE, detail="Permission denied")
    assert Translator("ko").text(unavailable(closed).actual or "") == "권한이 없습니다"


def test_a_reason_that_no_look_fails_for_is_told_as_an_error_of_the_engine() -> None:
    assert unavailable(_series(Reason.NOT_THERE)) == unavailable(_series(Reason.ENGINE_ERROR))


def test_each_reason_has_words_of_its_own() -> None:
    told = {str(unavailable(_series(r)).message) for r in COULD_NOT_LOOK}
    assert len(told) == len(COULD_NOT_LOOK)


def test_a_place_tells_its_own_problem_else_that_of_its_part() -> None:
    own = Location("Dockerfile", 3, msg("no health check"))
    parts = [
        Part(False, "a", place=own, problem=WHOLE),
        Part(False, "b", place=Location("lab.yaml"), problem=WHOLE),
        Part(True, "c", place=Location("answers.md"), problem=WHOLE),
    ]
    verdict = conclude(parts, (), passed=WHOLE, failed=WHOLE)
    assert verdict.places == (own, Location("lab.yaml", None, WHOLE))
    assert verdict.ratio == Fraction(1, 3)


def test_only_what_is_wrong_is_told_with_the_first_hint_and_is_pending_when_all_of_it_is() -> None:
    parts = [
        Part(True, "first", "seen", msg("no health check")),
        Part(False, "second", pending=True),
        Part(False, "third", "third seen", then_grade("docker ps"), pending=True),
    ]
    verdict = conclude(parts, (), passed=WHOLE, failed=WHOLE)
    assert (str(verdict.expected), verdict.actual) == ("second, third", "third seen")
    assert "`docker ps`" in str(verdict.hint)
    assert verdict.pending
    later = conclude([*parts, Part(False, "x")], (), passed=WHOLE, failed=WHOLE)
    assert not later.pending


def test_of_nothing_asked_for_nothing_holds() -> None:
    assert score([]) == 0


@pytest.mark.parametrize(
    ("port", "told"), [(8000, "8000/tcp"), ("8000", "8000/tcp"), ("53/udp", "53/udp")]
)
def test_a_port_is_of_tcp_unless_it_says_otherwise(port: str | int, told: str) -> None:
    assert protocol_port(port) == told


MANIFEST, WEB = ManifestNeed(image="app:1"), ContainerNeed(name="web")


@pytest.mark.parametrize("reason", COULD_NOT_LOOK)
def test_a_look_that_failed_is_told_where_it_could_have_answered(reason: Reason) -> None:
    entries = [saw(WEB, a_container()), saw(MANIFEST, reason)]
    error = failed_look([WEB, MANIFEST], evidence_of(*entries))
    # What an engine cannot do, and what a registry refuses, are answers.
    if reason in {Reason.UNSUPPORTED, Reason.DENIED}:
        assert error is None
    else:
        assert error == unavailable(_series(reason))
    assert failed_look([WEB], evidence_of(*entries)) is None


def test_what_is_looked_for_among_events_needs_their_whole_history() -> None:
    lost = evidence_of(saw(EventWindowNeed(), Reason.TIMEOUT))
    error = failed_look([WEB, EventsNeed(name="web")], lost)
    assert error
    assert str(error.message) == "no answer came in time"
    assert failed_look([WEB], lost) is None


class Looks(Concludes):
    """A check that needs the registry's answer."""

    def needs(self) -> Iterable[Need[Fact]]:
        return [MANIFEST]


def test_an_unproven_check_is_an_error_where_a_look_failed() -> None:
    down = saw(MANIFEST, Reason.REGISTRY_UNREACHABLE)
    check = Looks(verdict=Unproven(message=WHOLE, hint=WHOLE))
    assert only(result(check, journal=journal_of(down))).status is Status.ERROR
    assert only(result(check)).status is Status.UNPROVEN
    other = Concludes(verdict=Unproven(message=WHOLE, hint=WHOLE))
    assert only(result(other, journal=journal_of(down))).status is Status.UNPROVEN
