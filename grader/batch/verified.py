"""What was verified of a class, kept beside its results, for each state of a submission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from grader.batch.worker import Given, Task, opened, verified_path
from grader.journal_file import JournalFile
from grader.verify.verify import Item, verify_all


def seal(out: Path, label: str, glance: str) -> str:
    """The hash of what was verified of a submission as it is now; empty where nothing was."""
    journal = JournalFile(verified_path(out, label)).read()
    fits = journal.intact and journal.entries and glance and journal.entries[0].run == glance
    return journal.head if fits else ""


def verify(tasks: Iterable[tuple[Task, str]], given: Given, jobs: int) -> None:
    """Verify submissions, each with its glance, and keep what was found.

    Raises:
        GradeLabError: the docker configuration cannot be used, or nothing can be written.
    """
    glances: dict[str, tuple[Path, str]] = {}

    def items() -> Iterator[Item]:
        for task, glance in tasks:
            label = task.candidate.label
            glances[label] = (verified_path(task.assignment.out, label), glance)
            yield label, partial(opened, task, given)

    for label, observations in verify_all(items(), jobs):
        path, glance = glances.pop(label)
        path.unlink(missing_ok=True)
        JournalFile(path).append(observations, run=glance or "now")
