"""`accept`: which kinds of evidence a rubric lets count."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from grader.check import Status
from grader.facts import Reason
from grader.journal import Entry
from grader.judge import judge
from grader.needs import ImageNeed
from grader.plugins import check_type
from grader.result import Learner
from grader.rubric.model import Objective, Rubric
from tests.factories import an_image, journal_of, saw

NEED = ImageNeed(image="app:1")
BEFORE = saw(NEED, an_image("app:1"), run="a")
AFTER = saw(NEED, Reason.NOT_THERE, run="b")


def score(accept: list[str], *entries: Entry, **fields: Any) -> tuple[Status, Decimal]:
    """What a check of the image earns of one point."""
    given = {"type": "image", "image": "app:1", "accept": accept, **fields}
    check = check_type("image").model_validate(given, strict=False)
    objective = Objective(id="a", title="A", points=Decimal(1), checks=(check,))
    rubric = Rubric(schema="grade-lab/rubric/1", id="r", title="R", objectives=(objective,))
    result = judge(rubric, journal_of(*entries), Learner())
    return result.objectives[0].status, result.score


@pytest.mark.parametrize(
    ("accept", "now", "after_cleanup"),
    [
        ([], Status.PASS, Status.PASS),
        (["live", "recorded"], Status.PASS, Status.PASS),
        (["live"], Status.PASS, Status.UNPROVEN),
        (["registry"], Status.UNPROVEN, Status.UNPROVEN),
    ],
)
def test_only_accepted_evidence_earns_points(
    accept: list[str], now: Status, after_cleanup: Status
) -> None:
    assert score(accept, BEFORE) == (now, now is Status.PASS)
    assert score(accept, BEFORE, AFTER) == (after_cleanup, after_cleanup is Status.PASS)


def test_what_a_failed_look_keeps_must_be_accepted_too() -> None:
    down = saw(NEED, Reason.TIMEOUT, run="b")
    assert score([], BEFORE, down, exposes=(1,)) == (Status.ERROR, Decimal("0.5"))
    assert score(["live"], BEFORE, down, exposes=(1,)) == (Status.ERROR, 0)
