"""The live checklist: what a learner sees while working. Made from results; every text is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.messages import Message, Translator, msg
from grader.report import reading, words
from grader.result import CheckResult, ObjectiveResult, Result

TO_DO = frozenset({"fail", "unproven"})
"""Statuses that, while somebody works, mostly mean that it has not been done yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """An objective. ``word`` is its status in words; ``fresh`` when that changed just now.

    ``wrong`` when something went wrong with it, rather than just not being done yet.
    """

    id: str
    title: str
    status: str
    word: str
    score: str
    max_score: str
    fresh: bool = False
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: an objective, what was found so far, the hint, and commands in it."""

    title: str
    message: str = ""
    hint: str = ""
    commands: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that went wrong; ``actual`` quotes what was found, such as the last log lines."""

    title: str
    message: str
    actual: str = ""
    hint: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """All of it. ``notice`` tells how the recording goes, and ``recording`` whether it does."""

    lang: str
    title: str
    score: str
    max_score: str
    rows: tuple[Row, ...]
    next: Step | None = None
    alerts: tuple[Alert, ...] = ()
    notice: str = ""
    recording: bool = True
    passed: bool = False


def checklist(
    result: Result, before: Result | None = None, *, notice: str = "", recording: bool = True
) -> Checklist:
    """What to show of ``result``; ``before`` is the result that was shown last.

    An alert stays for as long as what it tells is so.
    """
    translate = Translator(result.lang).text
    mistakes = dict(_mistakes(result))
    known = {objective.id: objective.status for objective in before.objectives} if before else {}
    return Checklist(
        lang=result.lang,
        title=result.rubric.title,
        score=reading.points(result.score),
        max_score=reading.points(result.max_score),
        rows=tuple(
            Row(
                id=objective.id,
                title=objective.title,
                status=objective.status,
                word=translate(_word(objective, wrong=objective.id in mistakes)),
                score=reading.points(objective.score),
                max_score=reading.points(objective.max_score),
                fresh=known.get(objective.id, objective.status) != objective.status,
                wrong=objective.id in mistakes,
            )
            for objective in result.objectives
        ),
        next=_next(result),
        alerts=tuple(
            Alert(objective.title, check.message, check.actual, check.hint, objective.id)
            for objective in result.objectives
            if (check := mistakes.get(objective.id))
        ),
        notice=notice,
        recording=recording,
        passed=result.passed,
    )


def _word(objective: ObjectiveResult, *, wrong: bool) -> Message:
    return (
        msg("To do") if objective.status in TO_DO and not wrong else words.STATUS[objective.status]
    )


def _next(result: Result) -> Step | None:
    objective = reading.next_objective(result)
    check = reading.trouble(objective) if objective else None
    if objective is None:
        return None
    if check is None:
        return Step(objective.title, id=objective.id)
    commands = tuple(reading.commands(check.hint))
    return Step(objective.title, check.message, check.hint, commands, objective.id)


def _mistakes(result: Result) -> Iterator[tuple[str, CheckResult]]:
    """What went wrong, by objective; what may follow from another that did not pass is left out."""
    passed = {objective.id for objective in result.objectives if objective.status == "pass"}
    for objective in result.objectives:
        check = next(filter(_is_mistake, objective.checks), None)
        if check and passed.issuperset(objective.requires) and not objective.override:
            yield objective.id, check


def _is_mistake(check: CheckResult) -> bool:
    """Whether something was done in Docker, and not as asked.

    A file that is being written is none: it is as good as it is so far.
    """
    return (
        check.status in {"fail", "partial"}
        and not check.pending
        and any(item.source != "submission" for item in check.evidence)
    )
