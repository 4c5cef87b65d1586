"""Errors a user can cause, and the exit codes of the command. Printed in one place, the CLI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from grader.messages import Message, msg


class ExitCode(IntEnum):
    """What the command's exit status means."""

    PASSED = 0
    BELOW_PASS_MARK = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


INSTALL_NEWER = msg("install a newer grade-lab, in the way in which this one was installed")
"""The advice where a newer one wrote a file, or a file is written for one."""

RAISED_BY_OTHERS = (Exception, SystemExit)
"""What a third party's code may end in, and grade-lab must not."""


def raised(error: BaseException, module: str) -> str:
    """What ``module``, or what it called, raised; and the last line of it, for whoever wrote it."""
    from pathlib import PurePath
    from traceback import extract_tb

    package = module.partition(".")[0]
    frames = [(PurePath(frame.filename), frame.lineno) for frame in extract_tb(error.__traceback__)]
    its = [(file, line) for file, line in frames if package in (*file.parts[:-1], file.stem)]
    where = f" ({its[-1][0].name}, line {its[-1][1]})" if its else ""
    return f"{type(error).__name__}: {error}{where}"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line of a file, and the part of it that is wrong: ``length`` characters from ``column``.

    Line and column count from 1.
    """

    text: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: its place (``file:line:column``), what is wrong, and what would help.

    ``code`` is the stable name of the kind of mistake; docs/rubric-mistakes.md explains each.
    """

    where: str
    message: Message
    code: str = ""
    help: Message | None = None
    snippet: Snippet | None = None

    @property
    def told(self) -> Message:
        """What is wrong and what would help, on one line."""
        if self.help is None:
            return self.message
        return msg("{message}; {help}", message=self.message, help=self.help)

    def __str__(self) -> str:
        return f"{self.where}: {self.told}"


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

    def lines(self, text: Callable[[Message], str]) -> list[str]:
        """What a person is told: what happened, each mistake, the next steps; in the words of
        ``text``, which translates. What others wrote is in it as they wrote it.
        """
        place = f"{self.where}: " if self.where else ""
        return [
            f"grade-lab: {place}{text(self.message)}",
            *(f"  {problem.where}: {text(problem.told)}" for problem in self.problems),
            *(f"  → {text(advice)}" for advice in self.advice),
        ]


class RubricError(GradeLabError):
    """A rubric that cannot be found or used."""


class SubmissionError(GradeLabError):
    """A submission that cannot be read: no folder, or a broken ``lab.yaml``."""


class JournalError(GradeLabError):
    """A journal that cannot be read or written."""


class OutputError(GradeLabError):
    """A report that cannot be written."""
