"""The contract of a CI platform: what is printed, and which files it is told the result by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from grader.result import Result


class Level(StrEnum):
    """How grave a finding is, in the words of GitHub Actions."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about the submission, in the reader's language; not yet escaped.

    ``path`` is relative to the repository, with slashes; without one it is about no file. ``line``
    counts from 1. ``check`` is the id of the check that found it, if one did.
    """

    level: Level
    title: str
    message: str
    path: str | None = None
    line: int | None = None
    check: str = ""

    @property
    def in_one_line(self) -> str:
        """What is wrong, and then what to do, which the message has on a line of its own."""
        return " → ".join(self.message.split("\n"))


@dataclass(frozen=True, slots=True)
class Graded:
    """What became of a submission: its result, the ``reports`` by format in the folder ``out``, and
    what to say of it, the most valuable first.
    """

    result: Result
    reports: Mapping[str, Path]
    out: Path
    findings: tuple[Finding, ...]


class Platform(Protocol):
    """A CI system, known by its environment. ``root`` is the repository's folder on the runner."""

    root: Path

    def log(self, table: str, graded: Graded) -> str:
        """What to print of a result; ``table`` is it in short, for people.

        A learner's words in it must not be taken for anything but words.
        """

    def refused(self, finding: Finding) -> str:
        """What to print when there is no result, besides what is told on standard error."""

    def publish(self, graded: Graded) -> None:
        """Write what the platform reads from files.

        Raises:
            OutputError: one of them cannot be written.
        """
