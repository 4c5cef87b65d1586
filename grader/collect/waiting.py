"""Waiting no longer than one wants to, whatever the other side does."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, look: Callable[[], T]) -> T:
    """What a look ends with. One that is kept up, byte by byte, is not waited for.

    Raises:
        TimeoutError: it did not end in time; its thread is left to itself.
    """
    ends: Queue[T | Exception] = Queue()

    def run() -> None:
        try:
            ends.put(look())
        except Exception as error:
            ends.put(error)

    Thread(target=run, daemon=True).start()
    try:
        end = ends.get(timeout=seconds)
    except Empty:
        raise TimeoutError("it takes too long to answer") from None
    if isinstance(end, Exception):
        raise end
    return end
