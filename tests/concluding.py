"""A check that concludes what it is told to, and the result of judging it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from grader.check import (
    Check,
    Failed,
    Location,
    Proof,
    Verdict,
)
from grader.evidence import Evidence
from grader.facts import Fact
from grader.journal import Journal
from grader.judge import judge
from grader.messages import msg
from grader.needs import ContainerNeed, Need
from grader.result import (
    CheckResult,
    Learner,
    Result,
)
from grader.rubric.model import Objective, Rubric
from grader.series import Strength
from tests.factories import hex_id, minutes

GONE = "nothing was seen of {subject}"
WRONG = Failed(
    message=msg(GONE, subject=msg("image {image}", image="app:1")),
    proofs=(Proof(Strength.RECORDED, "events", minutes(3), msg("image {image}", image="app:1")),),
    expected=msg("image {image}", image="app:1"),
    actual="app:2",
    hint=msg("a health check"),
    pending=True,
    places=(Location("Dockerfile", 3, msg("a health check")), Location("lab.yaml")),
)


class Concludes(Check):
    """A check that concludes what it is given: with all looks, and without those that failed."""

    type: Literal["concludes"] = "concludes"
    verdict: object
    undisturbed: object = None

    def needs(self) -> Iterable[Need[Fact]]:
        return []

    def judge(self, evidence: Evidence) -> Verdict:
        could_look = not evidence.of(ContainerNeed(name="web")).unavailable
        verdict = (could_look and self.undisturbed) or self.verdict
        assert isinstance(verdict, Verdict)
        return verdict


def result(
    *checks: Check, journal: Journal | None = None, lang: str = "en", **more: object
) -> Result:
    title = {"en": "Build it", "ko": "빌드하기"}
    objective = Objective(id="build", title=title, points=Decimal(10), checks=checks)
    rubric = Rubric.model_validate(
        {
            "schema": "grade-lab/rubric/1",
            "id": "docker",
            "title": {"en": "Docker", "ko": "도커"},
            "pass_mark": Decimal("0.5"),
            "objectives": (objective, *more.pop("others", ())),  # type: ignore[misc]
        }
    ).read_from(hex_id("rubric"))
    return judge(rubric, journal or Journal(), Learner(id="s-1", name="Jimin"), lang=lang, **more)


def only(judged: Result) -> CheckResult:
    (check,) = judged.objectives[0].checks
    return check
