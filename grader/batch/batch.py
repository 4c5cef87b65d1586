"""Judging a class: every submission that is new or changed, through a worker into the store."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from grader.batch import keys, verified
from grader.batch.discover import discover
from grader.batch.given import Given
from grader.batch.model import Assignment, Candidate, Row
from grader.batch.roster import Roster
from grader.batch.store import Store
from grader.batch.work import done, executor
from grader.batch.worker import SCRATCH, Task, error_row, is_reported, work
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.system_error import reason_of

STORE = "class.sqlite"
LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: submissions in all, done, and of those unchanged and in error."""

    total: int
    done: int = 0
    unchanged: int = 0
    errors: int = 0

    def and_(self, row: Row | None) -> Progress:
        """With one more that is done; ``row`` is None where it was unchanged."""
        return replace(
            self,
            done=self.done + 1,
            unchanged=self.unchanged + (row is None),
            errors=self.errors + bool(row and row.error),
        )


def batch(
    source: Path,
    assignment: Assignment,
    given: Given,
    store: Store,
    scratch: Path,
    *,
    jobs: int,
    seconds: float,
    cluster: str = "",
    verify: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
    warn: Callable[[Message], None] = lambda _: None,
) -> Progress:
    """Judge what is new or changed in ``source``, a folder, an archive or a roster.

    ``given`` is what was read of ``assignment``, whose folder is held (`alone`) with ``scratch``.
    To judge one may take ``seconds``.

    With ``verify``, first ask registries, and run the images, of what was not verified yet.

    Whatever ends it, the rows in ``store`` are whole, and the next run goes on from there. ``warn``
    is told what is waited for, where nothing goes on.

    Raises:
        GradeLabError: the source, the store or the cluster cannot be used.
    """
    basis = keys.basis(assignment, given.rubric)
    candidates = list(_candidates(source, given.roster, assignment.out, scratch))
    store.keep_only(candidate.label for candidate in candidates)
    told = Progress(total=len(candidates))
    tell(told)

    run = uuid4().hex
    if verify:
        _verify(candidates, assignment, basis, given, jobs, run)

    def changed() -> Iterator[tuple[Task, str]]:
        """What has to be judged, each with its glance."""
        nonlocal told
        for candidate in candidates:
            known = store.known(candidate.label)
            glance = keys.glance(basis, candidate)
            seal = verified.seal(assignment.out, candidate.label, glance or run)
            task = Task(assignment, candidate, basis, known.key, seal)
            glance = glance and glance + seal
            if glance and glance == known.glance and is_reported(task, given.formats):
                told = told.and_(None)
                tell(told)
            else:
                yield task, glance

    shared = str(assignment.out)
    with executor(jobs, seconds, cluster, shared, warn) as (workers, ahead):
        for (task, glance), came in done(workers, ahead, _work, changed(), warn):
            row = error_row(task, given.roster, came) if isinstance(came, Message) else came
            if row is None:
                store.saw(task.candidate.label, glance)
            else:
                store.put(row, "" if row.error else glance)
            told = told.and_(row)
            tell(told)
    return told


def _verify(  # noqa: PLR0917
    candidates: list[Candidate],
    assignment: Assignment,
    basis: str,
    given: Given,
    jobs: int,
    run: str,
) -> None:
    """Verify what is due. Of whose state nothing tells at a glance, it holds for this run."""

    def tasks() -> Iterator[tuple[Task, str]]:
        for candidate in candidates:
            state = keys.glance(basis, candidate) or run
            if verified.is_due(assignment.out, candidate.label, state):
                yield Task(assignment, candidate, basis), state

    verified.verify(tasks(), given, jobs)


def _work(item: tuple[Task, str]) -> Row | None:
    return work(item[0])


def _candidates(
    source: Path, roster: Roster | None, out: Path, scratch: Path
) -> Iterator[Candidate]:
    """The submissions, without the class's own folder where it lies among them."""
    is_among = out.is_relative_to(source)
    for candidate in discover(source, roster, scratch / "class"):
        if not (is_among and Path(candidate.source).is_relative_to(out)):
            yield candidate


@contextmanager
def alone(out: Path) -> Iterator[Path]:
    """Hold the folder of a class, on which one run works at a time.

    Given is a folder in it for what is unpacked and half done, of which nothing stays.

    Raises:
        GradeLabError: another run is at work on this class, or the folder cannot be used.
    """
    from filelock import FileLock, Timeout

    scratch = out / SCRATCH
    lock = FileLock(out / LOCK, blocking=False)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
        scratch.mkdir(mode=0o700, exist_ok=True)
    except Timeout as error:
        raise GradeLabError(
            msg("another grade-lab is at work on this class"),
            msg("wait until it has finished, or choose another folder with --out"),
            where=str(out),
        ) from error
    except OSError as error:
        raise GradeLabError(
            msg("the class's folder cannot be used: {reason}", reason=reason_of(error)),
            msg("free some disk space, or choose another folder with --out"),
            where=str(out),
        ) from error
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()
