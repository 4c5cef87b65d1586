"""Work on many things at a time, by processes of this machine or by a cluster.

Both are `concurrent.futures` executors. A worker that crashes, or takes too long, costs the one
task that it worked on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from grader.errors import GradeLabError
from grader.messages import Message, msg

T = TypeVar("T")
R = TypeVar("R")

TASKS_OF_A_WORKER = 500
"""Then it is replaced, so that no memory that a library loses adds up."""
MEMORY_BYTES = 4 * 1024**3
AHEAD = 4
"""Tasks for each worker that wait for it."""


class Processes(Executor):
    """Worker processes of this machine; a task may take ``seconds``."""

    def __init__(self, jobs: int, seconds: float) -> None:
        from pebble import ProcessPool

        self._pool = ProcessPool(
            max_workers=jobs, max_tasks=TASKS_OF_A_WORKER, initializer=_limit_memory
        )
        self._seconds = seconds

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        future: Future[R] = self._pool.schedule(fn, args, kwargs, timeout=self._seconds)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()
        if wait:
            self._pool.join()


@contextmanager
def executor(jobs: int, seconds: float, cluster: str = "") -> Iterator[tuple[Executor, int]]:
    """Who works, and how many: ``jobs`` processes, or the workers of a Dask cluster.

    Raises:
        GradeLabError: the cluster cannot be used.
    """
    if cluster:
        with _dask(cluster) as (client, count):
            yield client.get_executor(pure=False, retries=3), count
        return
    pool = Processes(jobs, seconds)
    try:
        yield pool, jobs
        pool.shutdown()
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def done(
    work: Executor, count: int, function: Callable[[T], R], tasks: Iterable[T]
) -> Iterator[tuple[T, R | Message]]:
    """Each task with what became of it, in the order in which they end: a result, or why not.

    ``count`` is that of the workers. Of ``tasks`` no more are taken than keep them busy.
    """
    waiting: dict[Future[R], T] = {}
    for task in tasks:
        waiting[work.submit(function, task)] = task
        if len(waiting) >= AHEAD * count:
            yield from _ended(waiting)
    while waiting:
        yield from _ended(waiting)


def _ended(waiting: dict[Future[R], T]) -> Iterator[tuple[T, R | Message]]:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        task = waiting.pop(future)
        try:
            yield task, future.result()
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            yield task, _reason(error)


def _reason(error: BaseException) -> Message:
    if isinstance(error, TimeoutError):
        return msg("it took too long to judge, and was given up")
    if isinstance(error, MemoryError):
        return msg("it needs too much memory to be judged")
    return msg("the process that judged it ended: {kind}", kind=type(error).__name__)


def _limit_memory() -> None:
    """One submission must not take the whole machine's memory."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


@contextmanager
def _dask(address: str) -> Iterator[tuple[Any, int]]:
    try:
        from distributed import Client
    except ImportError as error:
        raise GradeLabError(
            msg("--cluster needs Dask, which is not installed"),
            msg("install it: pip install 'grade-lab[cluster]'"),
        ) from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GradeLabError(
            msg("the cluster cannot be reached: {reason}", reason=str(error) or address),
            msg("check the address, which looks like tcp://host:8786, and that its scheduler runs"),
            where=address,
        ) from error
    try:
        yield client, max(1, sum(client.nthreads().values()))
    finally:
        client.close()


def usual_jobs() -> int:
    """As many workers as this process may use processors."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
