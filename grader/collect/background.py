"""Waiting for several things at a time."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, Queue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

_INTERRUPTIBLE_SECONDS = 0.5
"""On Windows Ctrl-C does not end a wait; so none is longer."""


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
            yield made.get(timeout=_INTERRUPTIBLE_SECONDS if alive else 0)
        except Empty:
            if not alive:
                return
