"""Work on many things at a time, by processes of this machine or by a cluster.

Both are `concurrent.futures` executors. A task that crashes its process, takes too much memory or
too long, costs itself; a process that somebody else ends costs nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from pebble import ProcessExpired

from grader.batch.processes import processes
from grader.errors import GradeLabError
from grader.messages import Message, msg

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Tasks for each worker that wait for it."""
LOOK_SECONDS = 5.0
"""When nothing has ended for as long, it is time to see whether anybody is there still."""
TRIES = 2
"""How many processes a task may cost: somebody else may have ended the first."""


def executor(
    jobs: int,
    seconds: float,
    cluster: str = "",
    shared: str = "",
    warn: Callable[[Message], None] = lambda _: None,
) -> AbstractContextManager[tuple[Executor, int]]:
    """Who works, and on how many tasks: ``jobs`` processes, or the workers of a Dask cluster.

    A task may take ``seconds``. ``shared`` is a folder that all workers have to see. ``warn`` is
    told what is waited for.

    Raises:
        GradeLabError: the cluster cannot be used.
    """
    if cluster:
        from grader.batch.cluster import workers

        return workers(cluster, seconds, shared, warn)
    return _here(jobs, seconds)


@contextmanager
def _here(jobs: int, seconds: float) -> Iterator[tuple[Executor, int]]:
    with processes(jobs, seconds) as pool:
        yield pool, AHEAD * jobs


def done(
    work: Executor,
    ahead: int,
    function: Callable[[T], R],
    tasks: Iterable[T],
    warn: Callable[[Message], None] = lambda _: None,
) -> Iterator[tuple[T, R | Message]]:
    """Each task with what became of it, in the order in which they end: a result, or why not.

    No more of ``tasks`` are taken ``ahead`` than that. ``warn`` is told what is waited for, once,
    where nothing ends.

    Raises:
        GradeLabError: there is nobody left who works.
    """
    waiting: dict[Future[R], tuple[T, int]] = {}
    warned = False

    def ended() -> Iterator[tuple[T, R | Message]]:
        nonlocal warned
        finished = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED).done
        finished = finished or _lost(work, waiting)
        if finished:
            warned = False
        elif not warned and (hindrance := getattr(work, "hindrance", None)):
            warn(hindrance)
            warned = True
        for future in finished:
            task, tries = waiting.pop(future)
            error = _error(future)
            if isinstance(error, ProcessExpired | BrokenExecutor) and tries < TRIES:
                waiting[work.submit(function, task)] = task, tries + 1
            else:
                yield task, _reason(error) if error else _result(future)

    for task in tasks:
        waiting[work.submit(function, task)] = task, 1
        while len(waiting) >= ahead:
            yield from ended()
    while waiting:
        yield from ended()


def _lost(work: Executor, waiting: Iterable[Future[R]]) -> set[Future[R]]:
    """What will never end.

    Raises:
        GradeLabError: there is nobody left who works.
    """
    if getattr(work, "is_gone", False):
        raise _gone()
    return set(waiting) if getattr(work, "is_broken", False) else set()


def _error(future: Future[R]) -> BaseException | None:
    if not future.done():
        return BrokenExecutor()
    return None if future.cancelled() else future.exception()


def _result(future: Future[R]) -> R:
    try:
        return future.result()
    except CancelledError:
        raise _gone() from None


def _gone() -> GradeLabError:
    return GradeLabError(
        msg("the cluster is gone; what was finished is kept"),
        msg("start its scheduler and workers, then run the same command again"),
    )


def _reason(error: BaseException) -> Message:
    if isinstance(error, TimeoutError):
        return msg("it took too long to judge, and was given up; `--seconds` allows more")
    if isinstance(error, MemoryError):
        return msg("it needs too much memory to be judged")
    if isinstance(error, ProcessExpired):
        return msg("it crashed the process that judged it ({how})", how=_how(error.exitcode))
    if isinstance(error, BrokenExecutor):  # it ended before the pool knew who had the task
        return msg("it crashed the process that judged it")
    return msg("it could not be judged ({kind})", kind=type(error).__name__)


def _how(exit_code: int) -> Message | str:
    """In words, how a process ended."""
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return msg("exit code {code}", code=exit_code)


def usual_jobs() -> int:
    """As many workers as this process may use processors."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
