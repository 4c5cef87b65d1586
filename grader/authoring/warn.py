"""What is no mistake in a rubric, and yet unlikely to be meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import Problem
from grader.rubric.model import Rubric


def warnings(_rubric: Rubric, _path: Path) -> Iterator[Problem]:
    """What to think about, with its place."""
    yield from ()
