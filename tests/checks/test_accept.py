"""`accept`: which kinds of evidence a rubric lets count."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grader.check import Status
from grader.facts import Reason
from grader.judge import judge
from grader.needs import ImageNeed
from grader.plugins import check_type
from grader.result import Learner
from grader.rubric.model import Objective, Rubric
from tests.factories import an_image, journal_of, saw

NEED = ImageNeed(image="app:1")
BEFORE = saw(NEED, an_image("app:1"), run="a")
AFTER = saw(NEED, Reason.NOT_THERE, run="b")


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
    fields = {"type": "image", "image": "app:1", "accept": accept}
    check = check_type("image").model_validate(fields, strict=False)
    objective = Objective(id="a", title="A", points=Decimal(1), checks=(check,))
    rubric = Rubric(schema="grade-lab/rubric/1", id="r", title="R", objectives=(objective,))
    for entries, status in [((BEFORE,), now), ((BEFORE, AFTER), after_cleanup)]:
        result = judge(rubric, journal_of(*entries), Learner())
        assert result.objectives[0].status is status
        assert result.score == (status is Status.PASS)
