"""From what was seen to a verdict: why nobody could look, and what the ways share."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.check import Location, Part, Status, conclude, protocol_port, then_grade, unavailable
from grader.evidence import Series
from grader.facts import Image, Reason
from grader.messages import msg

COULD_NOT_LOOK = [
    Reason.ENGINE_UNREACHABLE,
    Reason.ENGINE_ERROR,
    Reason.PERMISSION,
    Reason.REGISTRY_UNREACHABLE,
    Reason.DENIED,
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


@pytest.mark.parametrize(
    ("port", "told"), [(8000, "8000/tcp"), ("8000", "8000/tcp"), ("53/udp", "53/udp")]
)
def test_a_port_is_of_tcp_unless_it_says_otherwise(port: str | int, told: str) -> None:
    assert protocol_port(port) == told
