"""The contract of a class's outputs, found through the entry-point group of `plugins`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.compare import Change
from grader.batch.model import Assignment, Flag, Rows
from grader.messages import Message
from grader.rubric.model import Rubric


def _no_flags() -> Iterator[Flag]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Graded:
    """A class that was graded: all that an output can be made of.

    ``gradebook`` is a sheet that the instructor downloaded from an LMS, and ``column`` the name of
    the assignment in it; empty: the rubric's title. ``changes`` are those since the last run; none
    when there was no last run.
    """

    rows: Rows
    rubric: Rubric
    assignment: Assignment
    gradebook: Path | None = None
    column: str = ""
    flags: Callable[[], Iterator[Flag]] = _no_flags
    changes: Callable[[], Iterator[Change]] | None = None


def _always(_: Graded) -> None:
    """Nothing stands in the way."""


@dataclass(frozen=True, slots=True)
class ClassOutput:
    """``filename`` in the class's folder, and ``write``, which writes it, whole or not at all.

    It returns what the instructor should know of it, such as learners that an LMS's sheet lacks;
    it walks through the rows without keeping them, and the same rows give the same bytes.

    ``ready`` is called before anything is judged, with a class that has no rows yet, so that what
    ``write`` would refuse is told at once.

    Raises (``write`` and ``ready``):
        GradeLabError: the file cannot be written, or the gradebook cannot be used.
    """

    filename: str
    write: Callable[[Graded, Path], Sequence[Message]]
    ready: Callable[[Graded], object] = _always
