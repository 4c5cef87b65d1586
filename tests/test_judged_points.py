"""Points: what counts as evidence, what a failed look takes, and what is given by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from grader.check import (
    Errored,
    Passed,
    Proof,
    Status,
    Unproven,
)
from grader.facts import Reason
from grader.messages import msg
from grader.needs import ContainerNeed
from grader.result import (
    Override,
)
from grader.series import Strength
from tests.concluding import WRONG, Concludes, only, result
from tests.factories import a_container, journal_of, minutes, saw


def proven(*strengths: Strength) -> Passed:
    return Passed(
        message=msg("a health check"),
        proofs=tuple(Proof(strength, "engine", minutes(1), "seen") for strength in strengths),
    )


@pytest.mark.parametrize(
    ("strengths", "status"),
    [
        ((Strength.LIVE,), Status.UNPROVEN),
        ((Strength.LIVE, Strength.SUBMITTED), Status.UNPROVEN),
        ((Strength.LIVE, Strength.REGISTRY), Status.PASS),
        ((), Status.UNPROVEN),
    ],
)
def test_one_proof_of_a_kind_that_counts_is_enough(
    strengths: tuple[Strength, ...], status: Status
) -> None:
    accept = (Strength.REGISTRY, Strength.REPRODUCED)
    judged = only(result(Concludes(verdict=proven(*strengths), accept=accept)))
    assert judged.status is status
    assert [item.strength for item in judged.evidence] == [*strengths]
    if status is Status.UNPROVEN:
        assert judged.score == 0
        assert judged.message == "it was seen, but only on evidence that does not count here"
        assert judged.expected == "evidence: registry, reproduced"
        assert judged.actual.removeprefix("evidence:").strip() == ", ".join(sorted(strengths))


def test_what_was_not_done_stays_so_whatever_evidence_counts() -> None:
    accept = (Strength.REGISTRY,)
    judged = only(result(Concludes(verdict=WRONG, accept=accept)))
    assert (judged.status, judged.message) == (Status.FAIL, "nothing was seen of image app:1")


DISTURBED = journal_of(
    saw(ContainerNeed(name="web"), a_container()),
    saw(ContainerNeed(name="web"), Reason.ENGINE_UNREACHABLE, at=1, run="b"),
)
DOWN = Errored(message=msg("a health check"), hint=msg("no health check"))


def test_a_look_that_failed_takes_no_points_that_were_earned() -> None:
    earned = proven(Strength.LIVE)
    lost = only(result(Concludes(verdict=WRONG, undisturbed=earned), journal=DISTURBED))
    assert (lost.status, lost.score) == (Status.PASS, 10)
    error = only(result(Concludes(verdict=DOWN, undisturbed=earned), journal=DISTURBED))
    assert (error.status, error.score, error.hint) == (Status.ERROR, 10, "no health check")
    assert [item.detail for item in error.evidence] == ["seen"]


def test_a_look_that_failed_gives_no_points_either() -> None:
    same = Unproven(message=msg("no health check"))
    for told in (WRONG, DOWN):
        judged = only(result(Concludes(verdict=told, undisturbed=same), journal=DISTURBED))
        assert (judged.status, judged.score) == (told.status, 0)
    half = Errored(message=msg("a health check"), share=Fraction(1, 2))
    judged = only(result(Concludes(verdict=half, undisturbed=same), journal=DISTURBED))
    assert judged.score == 5


def test_points_of_a_failed_look_rest_on_evidence_that_counts() -> None:
    check = Concludes(verdict=DOWN, undisturbed=proven(Strength.LIVE), accept=(Strength.REGISTRY,))
    judged = only(result(check, journal=DISTURBED))
    assert (judged.status, judged.score) == (Status.ERROR, 0)


@pytest.mark.parametrize(
    ("points", "status", "given"),
    [("-1", Status.FAIL, "0"), ("0", Status.FAIL, "0"), ("2.5", Status.PARTIAL, "2.5")],
)
def test_points_given_by_hand_replace_the_judged_ones(
    points: str, status: Status, given: str
) -> None:
    override = Override(points=Decimal(points), reason="seen in class")
    judged = result(
        Concludes(verdict=proven(Strength.LIVE)), overrides={"build": override, "other": override}
    )
    (objective,) = judged.objectives
    assert (objective.status, objective.score) == (status, Decimal(given))
    assert judged.score == Decimal(given)
    assert objective.override == override


@pytest.mark.parametrize(("points", "passed"), [("4.99", False), ("5", True), ("10", True)])
def test_the_pass_mark_is_reached_or_not(points: str, passed: bool) -> None:
    override = {"build": Override(points=Decimal(points), reason="x")}
    assert result(Concludes(verdict=WRONG), overrides=override).passed is passed
