"""``results.jsonl``: all that is known of each submission, a row in each line, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from grader.batch.model import Row
from grader.batch.outputs.contract import ClassOutput, Graded
from grader.errors import GradeLabError, Problem
from grader.messages import Message, msg
from grader.system_error import reason_of
from grader.whole import whole


def write(graded: Graded, path: Path) -> tuple[Message, ...]:
    """Write it; see `ClassOutput`."""
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{row.model_dump_json()}\n" for row in graded.rows())
    return ()


def read(path: Path) -> Iterator[Row]:
    """The rows of such a file, one at a time.

    Raises:
        GradeLabError: it cannot be read, or a line is not a row.
    """
    try:
        with path.open("rb") as file:
            for line, text in enumerate(file, 1):
                try:
                    yield Row.model_validate_json(text)
                except ValidationError:
                    problem = Problem(f"{path}:{line}", msg("is not a row of results"))
                    raise _unusable(path, problem) from None
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(str(path), msg("cannot be read: {reason}", reason=reason))
        raise _unusable(path, problem) from error


def _unusable(path: Path, problem: Problem) -> GradeLabError:
    return GradeLabError(
        msg("the results in {file} cannot be used", file=path.name),
        msg("give a `results.jsonl` that `grade-lab batch` wrote"),
        problems=[problem],
    )


OUTPUT = ClassOutput("results.jsonl", write)
