"""Judging a class: every submission through a worker into the store, then what shows in all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.batch.discover import discover
from grader.batch.model import Assignment, Candidate
from grader.batch.roster import Roster
from grader.batch.store import Store
from grader.batch.work import done, executor
from grader.batch.worker import Task, error_row, work
from grader.messages import Message

STORE = "class.sqlite"
SECONDS = 60.0
"""What judging one submission may take."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: submissions in all, done, and of those unchanged and in error."""

    total: int
    done: int = 0
    unchanged: int = 0
    errors: int = 0


def batch(
    source: Path,
    assignment: Assignment,
    store: Store,
    *,
    jobs: int,
    cluster: str = "",
    seconds: float = SECONDS,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Judge what is new or changed in ``source``, a folder, an archive or a roster.

    Whatever ends it, the rows in ``store`` are whole, and the next run goes on from there.

    Raises:
        GradeLabError: the source, the roster, the store or the cluster cannot be used.
    """
    roster = Roster.load(assignment.roster) if assignment.roster else None
    with tempfile.TemporaryDirectory(prefix="grade-lab-", ignore_cleanup_errors=True) as scratch:
        candidates = list(discover(source, roster, Path(scratch)))
        store.keep_only([candidate.label for candidate in candidates])
        told = Progress(total=len(candidates))
        tell(told)
        with executor(jobs, seconds, cluster) as (workers, count):
            for task, came in done(workers, count, work, _tasks(candidates, assignment, store)):
                row = error_row(task, came) if isinstance(came, Message) else came
                if row is not None:
                    store.put(row)
                told = Progress(
                    told.total,
                    told.done + 1,
                    told.unchanged + (row is None),
                    told.errors + bool(row and row.error),
                )
                tell(told)
    return told


def _tasks(candidates: list[Candidate], assignment: Assignment, store: Store) -> Iterator[Task]:
    for candidate in candidates:
        yield Task(assignment, candidate, store.key(candidate.label))
