"""``grade-lab rubric check``: everything that is to be said of rubrics, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from grader.authoring.explained import explained
from grader.authoring.warn import warnings
from grader.errors import ExitCode, GradeLabError, Problem
from grader.messages import Translator, msg
from grader.report.terminal_text import STYLES, TerminalText
from grader.rubric.find import find
from grader.rubric.load import load
from grader.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in one rubric: it cannot be used (``error``), or what to think about."""

    rubric: Rubric | None
    error: GradeLabError | None = None
    warnings: tuple[Problem, ...] = ()


def look_over(name: str, settings: Mapping[str, str]) -> Look:
    """Load a shipped rubric or a file, and look for what is likely to be meant otherwise."""
    try:
        path = find(name, Path())
        rubric = load(path, settings, lenient=True)
        return Look(rubric, warnings=tuple(warnings(rubric, path)))
    except GradeLabError as error:
        return Look(None, error)


def lines(look: Look, lang: str, encoding: str) -> Iterator[Text]:
    """Each mistake or warning explained, and the sum of it."""
    text, terminal = Translator(lang).text, TerminalText(encoding)
    if look.error is not None:
        for problem in look.error.problems:
            yield from explained(problem, "error", lang, encoding)
        yield Text(f"{terminal.signs['fail']} ", STYLES["fail"]).append(
            terminal.safe(text(look.error.message)), style="default"
        )
        for advice in look.error.advice:
            yield Text(f"  {terminal.signs['next']} {terminal.safe(text(advice))}")
        return
    assert look.rubric is not None  # noqa: S101 # without an error there is one
    for warning in look.warnings:
        yield from explained(warning, "warning", lang, encoding)
    checks = sum(len(objective.checks) for objective in look.rubric.objectives)
    told = msg(
        "{id}: {objectives} objectives, {checks} checks, {points} points: no mistakes",
        id=look.rubric.id,
        objectives=len(look.rubric.objectives),
        checks=checks,
        points=look.rubric.points,
    )
    line = Text(f"{terminal.signs['pass']} ", STYLES["pass"])
    line.append(terminal.safe(text(told)), style="default")
    if look.warnings:
        count = msg(", warnings: {count}", count=len(look.warnings))
        line.append(text(count), style=STYLES["partial"])
    yield line


def exit_code(looks: Sequence[Look], *, strict: bool) -> ExitCode:
    """0 no mistakes, 2 mistakes in one of them; with ``strict`` 1 for warnings."""
    if any(look.error for look in looks):
        return ExitCode.USAGE
    if strict and any(look.warnings for look in looks):
        return ExitCode.BELOW_PASS_MARK
    return ExitCode.PASSED
