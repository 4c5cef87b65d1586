"""What was verified of a class, kept beside its results, for each state of a submission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from grader.batch.given import Given
from grader.batch.worker import Task, opened, verified_path
from grader.conclude import unavailable
from grader.facts import Reason
from grader.journal import EMPTY, Entry, written
from grader.journal_file import JournalFile
from grader.messages import Message
from grader.series import Series
from grader.verify.verify import Item, verify_all
from grader.whole import whole

LASTING = frozenset((Reason.SANDBOX, Reason.TOO_LARGE))
"""What cannot be found out for these reasons cannot be the next time either."""


def seal(out: Path, label: str, state: str) -> str:
    """The hash of what was verified of a submission in this state; empty where nothing was."""
    journal = JournalFile(verified_path(out, label)).read()
    fits = journal.intact and journal.entries and journal.entries[0].run == state
    return journal.head if fits else ""


def is_due(out: Path, label: str, state: str) -> bool:
    """Whether a submission is to be verified: it was not yet, or something was in the way."""
    entries = JournalFile(verified_path(out, label)).read().entries
    return not seal(out, label, state) or any(map(_was_hindered, entries))


def hindered(out: Path, label: str) -> dict[Reason, Message]:
    """What was in the way of verifying a submission, by its kind."""
    entries = JournalFile(verified_path(out, label)).read().entries
    kinds = (one.reason for one in entries if _was_hindered(one))
    return {kind: unavailable(Series(unavailable=kind)).message for kind in kinds if kind}


def verify(tasks: Iterable[tuple[Task, str]], given: Given, jobs: int) -> None:
    """Verify submissions, each with its state, and keep what was found.

    Raises:
        GradeLabError: the docker configuration cannot be used, or nothing can be written.
    """
    states: dict[str, tuple[Path, str]] = {}

    def items() -> Iterator[Item]:
        for task, state in tasks:
            label = task.candidate.label
            states[label] = (verified_path(task.assignment.out, label), state)
            yield label, partial(opened, task, given)

    for label, observations in verify_all(items(), jobs):
        path, state = states.pop(label)
        with whole(path) as draft:  # half of it would be taken for all that there is
            draft.write_bytes(b"".join(written(observations, EMPTY, state, "grade")))


def _was_hindered(entry: Entry) -> bool:
    return entry.outcome == "unavailable" and entry.reason not in LASTING
