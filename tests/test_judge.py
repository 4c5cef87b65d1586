"""Judging: points by weight, prerequisites, error and override, and nothing but the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.check import (
    Check,
    Errored,
    Failed,
    Partial,
    Passed,
    Proof,
    Review,
    Status,
    Unproven,
    Verdict,
)
from grader.evidence import Evidence
from grader.facts import Fact
from grader.journal import Journal
from grader.judge import combine, judge
from grader.messages import msg
from grader.needs import Need
from grader.result import Learner, ObjectiveResult, Override, Result
from grader.rubric.model import Objective, Rubric
from grader.series import Strength
from grader.shares import split

PROOF = Proof(Strength.SUBMITTED, "submission", datetime(2026, 1, 1, tzinfo=UTC), "seen")
VERDICTS: dict[str, Verdict] = {
    "pass": Passed(message=msg("ok"), proofs=(PROOF,)),
    "third": Partial(message=msg("some"), share=Fraction(1, 3), proofs=(PROOF,)),
    "fail": Failed(message=msg("no"), hint=msg("do it")),
    "unproven": Unproven(message=msg("not seen")),
    "review": Review(message=msg("look")),
    "error": Errored(message=msg("engine down")),
}


class Says(Check):
    """A check whose verdict is given."""

    type: Literal["says"] = "says"
    verdict: str

    def needs(self) -> Iterable[Need[Fact]]:
        return []

    def judge(self, evidence: Evidence) -> Verdict:
        return VERDICTS[self.verdict]


def objective(
    name: str, *verdicts: str, points: str = "10", requires: tuple[str, ...] = ()
) -> Objective:
    checks = tuple(Says(verdict=verdict) for verdict in verdicts)
    return Objective(id=name, title=name, points=Decimal(points), requires=requires, checks=checks)


def result(*objectives: Objective, overrides: dict[str, Override] | None = None) -> Result:
    rubric = Rubric(schema="grade-lab/rubric/1", id="r", title="R", objectives=objectives)
    return judge(rubric, Journal(), Learner(id="s-1"), overrides)


def one(*objectives: Objective, overrides: dict[str, Override] | None = None) -> ObjectiveResult:
    return result(*objectives, overrides=overrides).objectives[-1]


@pytest.mark.parametrize(
    ("verdicts", "status", "score"),
    [
        (["pass"], Status.PASS, "10"),
        (["pass", "pass"], Status.PASS, "10"),
        (["pass", "fail"], Status.PARTIAL, "5"),
        (["third"], Status.PARTIAL, "3.33"),
        (["fail"], Status.FAIL, "0"),
        (["unproven"], Status.UNPROVEN, "0"),
        (["fail", "unproven"], Status.FAIL, "0"),
        (["pass", "review"], Status.REVIEW, "5"),
        (["pass", "error", "fail"], Status.ERROR, "3.34"),
    ],
)
def test_an_objective_adds_up_its_checks(verdicts: list[str], status: Status, score: str) -> None:
    judged = one(objective("a", *verdicts))
    assert (judged.status, judged.score) == (status, Decimal(score))


def test_an_error_makes_the_result_incomplete_and_is_no_fail() -> None:
    judged = result(objective("a", "error"), objective("b", "pass"))
    assert not judged.complete
    assert judged.objectives[0].status is Status.ERROR


@pytest.mark.parametrize(
    ("first", "own"),
    [("fail", "pass"), ("fail", "fail"), ("unproven", "fail"), ("error", "unproven")],
)
def test_a_missing_prerequisite_skips_and_is_named(first: str, own: str) -> None:
    judged = one(objective("a", first), objective("b", own, "fail", requires=("a",)))
    assert judged.status is Status.SKIP
    assert judged.skipped_for == ("a",)
    assert {check.status for check in judged.checks} == {Status.SKIP}


@pytest.mark.parametrize("first", ["unproven", "error"])
def test_what_proves_itself_counts_though_nobody_saw_the_prerequisite(first: str) -> None:
    judged = one(objective("a", first), objective("b", "pass", requires=("a",)))
    assert (judged.status, judged.score) == (Status.PASS, 10)
    assert judged.requires == ("a",)


def test_a_skip_passes_on_and_names_only_what_is_directly_missing() -> None:
    chain = [objective("a", "fail"), objective("b", "pass", requires=("a",))]
    assert one(*chain, objective("c", "pass", requires=("b",))).skipped_for == ("b",)


@pytest.mark.parametrize("first", ["pass", "third", "review"])
def test_a_prerequisite_done_in_part_lets_the_next_be_judged(first: str) -> None:
    assert one(objective("a", first), objective("b", "pass", requires=("a",))).status is Status.PASS


def test_a_prerequisite_may_stand_later_in_the_rubric() -> None:
    judged = result(objective("b", "pass", requires=("a",)), objective("a", "pass"))
    assert [o.id for o in judged.objectives] == ["b", "a"]
    assert judged.score == 20


def test_an_override_settles_an_objective_and_shows_its_reason() -> None:
    given_points = {"a": Override(points=Decimal(7), reason="talked it through")}
    judged = one(objective("a", "review"), overrides=given_points)
    assert (judged.status, judged.score) == (Status.PARTIAL, 7)
    assert judged.override
    assert judged.override.reason == "talked it through"


def test_an_override_never_gives_more_than_the_objective_has() -> None:
    judged = one(objective("a", "fail"), overrides={"a": Override(points=Decimal(99), reason="x")})
    assert (judged.status, judged.score) == (Status.PASS, 10)


def test_evidence_that_is_not_accepted_proves_nothing() -> None:
    check = Says(verdict="pass", accept=(Strength.REGISTRY,))
    judged = one(Objective(id="a", title="a", points=Decimal(10), checks=(check,)))
    assert judged.status is Status.UNPROVEN
    assert judged.checks[0].expected == "evidence: registry"


def test_a_broken_check_takes_no_points_from_the_others() -> None:
    judged = one(objective("a", "no such verdict", "pass"))
    assert [check.status for check in judged.checks] == [Status.ERROR, Status.PASS]


def test_a_passed_check_gives_no_hint_and_a_failed_one_does() -> None:
    judged = one(objective("a", "pass", "fail"))
    assert [check.hint for check in judged.checks] == ["", "do it"]


def test_what_a_check_does_not_tell_is_left_empty() -> None:
    judged = result(objective("a", "review"))
    (check,) = judged.objectives[0].checks
    assert (check.hint, check.expected, check.actual, judged.lang) == ("", "", "", "en")


@given(
    st.decimals(min_value=0, max_value=1000, places=2),
    st.lists(st.floats(min_value=0.01, max_value=1000), min_size=1, max_size=12),
)
def test_shares_of_points_add_up_to_the_cent(points: Decimal, weights: list[float]) -> None:
    shares = split(points, weights)
    assert sum(shares) == points
    assert all(share >= 0 for share in shares)


@pytest.mark.parametrize(
    ("points", "weights", "shares"),
    [
        ("10", [1, 2], "3.33 6.67"),
        ("10", [2, 1], "6.67 3.33"),
        ("20", [1, 1, 1], "6.67 6.67 6.66"),
        ("1", [1, 1, 4], "0.17 0.17 0.66"),
        ("0.01", [1, 3], "0.00 0.01"),
        ("7", [0.1, 0.2], "2.33 4.67"),
    ],
)
def test_a_cent_that_is_left_goes_to_who_lacks_most_of_it(
    points: str, weights: list[float], shares: str
) -> None:
    assert " ".join(map(str, split(Decimal(points), weights))) == shares


def test_a_part_of_a_point_is_never_rounded_up() -> None:
    judged = one(objective("a", "third", "third", points="1.60"))
    assert [check.score for check in judged.checks] == [Decimal("0.26"), Decimal("0.26")]


@given(st.lists(st.sampled_from(sorted(VERDICTS)), min_size=1, max_size=8))
def test_points_add_up_from_checks_to_score(verdicts: list[str]) -> None:
    judged = result(objective("a", *verdicts, points="7.77"), objective("b", "third", points="1"))
    assert judged.score == sum(o.score for o in judged.objectives)
    assert judged.max_score == Decimal("8.77")
    for done in judged.objectives:
        assert done.score == sum(check.score for check in done.checks)
        assert done.max_score == sum(check.max_score for check in done.checks)


def test_the_same_statuses_combine_to_themselves() -> None:
    assert all(combine([status, status]) is status for status in Status)
