"""Judging what a fuzz target has read, by a rubric with every check type."""

from __future__ import annotations

from functools import cache

from grader.evidence import Evidence
from grader.journal import EMPTY, Journal
from grader.judge import judge
from grader.messages import Translator
from grader.result import Learner, Result
from grader.rubric.load import load
from grader.rubric.model import Rubric
from tests.fuzz.contract import ROOT

TRANSLATORS = (Translator("en"), Translator("ko"))


@cache
def every_check() -> Rubric:
    """A rubric with every check type."""
    return load(ROOT / "tests" / "every_check.yaml")


def judge_all(evidence: Evidence, *types: str) -> None:
    """Judge what a rubric with every check type asks about, and say it in each language."""
    for objective in every_check().objectives:
        for check in objective.checks:
            if check.type in types:
                verdict = check.judge(evidence)
                assert 0 <= verdict.ratio <= 1
                for translator in TRANSLATORS:
                    for told in (verdict.message, verdict.hint, verdict.expected, verdict.actual):
                        assert told is None or isinstance(translator.text(told), str)


def judged(rubric: Rubric, journal: Journal = EMPTY) -> Result:
    """The result, in which no check may be broken; it survives being written and read."""
    result = judge(rubric, journal, Learner(id="s-001"))
    broken = [
        check.message
        for objective in result.objectives
        for check in objective.checks
        if "is broken" in check.message
    ]
    assert not broken, broken
    assert 0 <= result.score <= result.max_score
    assert Result.model_validate_json(result.model_dump_json()) == result
    return result
