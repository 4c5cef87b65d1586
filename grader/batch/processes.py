"""Worker processes of this machine, each task within limits. They end when their parent does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from pebble import ProcessPool

from grader.errors import GradeLabError
from grader.messages import msg

R = TypeVar("R")

TASKS_OF_A_WORKER = 500
"""Then it is replaced, so that no memory that a library loses adds up."""
MEMORY_BYTES = 2 * 1024**3
PRELOADED = ["__main__", "grader.batch.worker"]
"""What workers have loaded when they start."""


class Processes(Executor):
    """Worker processes; a task may take ``seconds``."""

    def __init__(self, jobs: int, seconds: float) -> None:
        self._jobs = jobs
        self._seconds = seconds
        self._context = _context()
        self._pool = self._new()

    def _new(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._jobs,
            max_tasks=TASKS_OF_A_WORKER,
            initializer=_begin,
            context=self._context,
        )

    @property
    def is_broken(self) -> bool:
        """Whether the pool lost a worker that had no task; what it was given then never ends."""
        return not self._pool.active

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        try:
            return self._schedule(fn, args, kwargs)
        except RuntimeError:  # the pool is broken
            self._pool.join()
            self._pool = self._new()
            return self._schedule(fn, args, kwargs)

    def _schedule(
        self, fn: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Future[R]:
        future: Future[R] = self._pool.schedule(fn, args, kwargs, timeout=self._seconds)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            self._pool.stop()  # type: ignore[no-untyped-call] # pebble's
        else:
            self._pool.close()  # type: ignore[no-untyped-call]
        if wait:
            self._pool.join()


@contextmanager
def processes(jobs: int, seconds: float) -> Iterator[Processes]:
    """Worker processes, which are there while the context is."""
    with _safe_path():
        pool = Processes(jobs, seconds)
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()


def _context() -> BaseContext:
    """How processes start: never as a copy of this one, of which a thread may hold a lock."""
    if "forkserver" not in multiprocessing.get_all_start_methods():  # Windows
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    try:
        with _no_interrupts():
            forkserver.ensure_running()
    except OSError as error:
        if error.errno is not None:
            raise
        raise GradeLabError(  # it is Python's own: the path of its socket is too long
            msg("the name of the folder for temporary files is too long"),
            msg("choose another: `TMPDIR=/tmp grade-lab batch …`"),
            where=tempfile.gettempdir(),
        ) from error
    return context


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """What starts here never hears of Ctrl-C: who started it ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may ask for it
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Workers must not import what lies in the working folder, which may be a learner's."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _begin() -> None:
    """What a worker does first."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit, macOS no such
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _end_with_parent() -> None:
    """Nobody is there any more who would keep the result, or see that it takes too long."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
