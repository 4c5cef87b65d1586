"""What a result says of a submission, as findings: about files where it is, the dearest first."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from grader.check import Status
from grader.ci.contract import Finding, Level
from grader.errors import GradeLabError
from grader.messages import Translator
from grader.result import CheckResult, ObjectiveResult, Place, Result

LEVELS = {
    Status.FAIL: Level.ERROR,
    Status.PARTIAL: Level.WARNING,
    Status.UNPROVEN: Level.WARNING,
    Status.ERROR: Level.NOTICE,
    Status.REVIEW: Level.NOTICE,
}
"""Statuses that are told. What waits for another objective says nothing that this does not say."""


_PLACE = re.compile(r"(?P<path>.*?)(?::(?P<line>\d{1,9}))?(?::\d+)?", re.DOTALL)
"""A place as problems name it: ``file:line:column``."""


def findings(result: Result, folder: Path, root: Path) -> tuple[Finding, ...]:
    """What to say of a submission in ``folder``, by the points that it costs.

    ``root`` is the folder of the repository.
    """
    told = [
        (check.max_score - check.score, finding)
        for objective in result.objectives
        if objective.override is None
        for check in objective.checks
        for finding in _of(objective, check, folder, root)
    ]
    return tuple(finding for _, finding in sorted(told, key=lambda one: -one[0]))


def refusal(error: GradeLabError, lang: str, root: Path) -> Finding:
    """Why there is no result, at the place of the first mistake where one is known."""
    text = Translator(lang).text
    problems = [f"{problem.where}: {text(problem.told)}" for problem in error.problems]
    place = error.problems[0].where if error.problems else error.where or ""
    named = _PLACE.fullmatch(place)
    file, line = named.group("path", "line") if named else ("", None)
    path = _in_repository(Path.cwd(), file, root) if file else None
    return Finding(
        level=Level.ERROR,
        title="grade-lab",
        message="\n".join([text(error.message), *problems, *map(text, error.advice)]),
        path=path,
        line=int(line) if path and line else None,
    )


def _of(
    objective: ObjectiveResult, check: CheckResult, folder: Path, root: Path
) -> Iterator[Finding]:
    level = LEVELS.get(check.status)
    if level is None:
        return
    somewhere = Place(path="", message=check.message)
    for number, place in enumerate(check.places or (somewhere,)):
        hint = "" if number else check.hint  # a check's advice is on the first thing to put right
        yield Finding(
            level=level,
            title=objective.title,
            message="\n".join(filter(None, (place.message, hint))),
            path=_in_repository(folder, place.path, root) if place.path else None,
            line=place.line,
            check=check.id,
        )


def _in_repository(folder: Path, path: str, root: Path) -> str | None:
    """A path of the submission from the repository's folder; None for what is no file in it."""
    absolute = os.path.normpath(os.path.join(os.path.realpath(folder), path))  # noqa: PTH118 # pure
    try:
        relative = Path(absolute).relative_to(os.path.realpath(root))
    except ValueError:
        return None
    return relative.as_posix() if relative.parts else None
