"""Errors a user can cause, and the exit codes of the command. Printed in one place, the CLI."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from grader.messages import Message


class ExitCode(IntEnum):
    """What the command's exit status means."""

    PASSED = 0
    BELOW_PASS_MARK = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class Problem:
    """One mistake in a file: its place (``file:line:column``), and what is wrong."""

    __slots__ = ("message", "where")

    def __init__(self, where: str, message: Message) -> None:
        self.where = where
        self.message = message

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class GradeLabError(Exception):
    """Something a person can put right: what happened, to what, and what to do next.

    ``where`` is a place such as a path; ``advice`` holds the next steps; ``problems`` lists every
    mistake found in a file, in its order.
    """

    exit_code = ExitCode.USAGE

    def __init__(
        self,
        message: Message,
        *advice: Message,
        where: str | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.advice = advice
        self.where = where
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([str(self.message), *map(str, self.problems)])


class RubricError(GradeLabError):
    """A rubric that cannot be found or used."""


class SubmissionError(GradeLabError):
    """A submission that cannot be read: no folder, or a broken ``lab.yaml``."""


class JournalError(GradeLabError):
    """A journal that cannot be read or written."""


class OutputError(GradeLabError):
    """A report that cannot be written."""
