"""Waiting for several things at a time, with threads that do not outlive the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Empty, Queue, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

from grader.collect.waiting import INTERRUPTIBLE_SECONDS

T = TypeVar("T")


class Background:
    """A few threads that take turns at what is submitted.

    An executor of the standard library would be waited for when the process ends.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._todo: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._over = Event()
        for _ in range(threads):
            Thread(target=self._work, daemon=True, name=name).start()

    def submit(self, work: Callable[..., None], *arguments: object) -> Future[None]:
        """Do it as soon as a thread is free; what is not begun when this is closed never is."""
        future: Future[None] = Future()

        def do() -> None:
            if self._over.is_set():
                future.cancel()
                return
            try:
                work(*arguments)
                future.set_result(None)
            except Exception as error:
                future.set_exception(error)

        self._todo.put(do)
        return future

    def close(self) -> None:
        """Begin nothing more, and wait for nothing."""
        self._over.set()
        self._todo.put(lambda: None)

    def _work(self) -> None:
        while not self._over.is_set():
            self._todo.get()()
        self._todo.put(lambda: None)  # wakes the next one


def in_background(items: Iterator[T]) -> Iterator[T]:
    """The items, gone through from now on by a thread of its own, which does not outlive us."""
    made: Queue[T] = Queue()

    def run() -> None:
        for item in items:
            made.put(item)

    thread = Thread(target=run, daemon=True)
    thread.start()
    return _items(made, thread)


def _items(made: Queue[T], thread: Thread) -> Iterator[T]:
    while True:
        alive = thread.is_alive()  # asked before the look: what it made last must not be missed
        try:
            yield made.get(timeout=INTERRUPTIBLE_SECONDS if alive else 0)
        except Empty:
            if not alive:
                return
