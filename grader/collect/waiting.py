"""Waiting no longer than one wants to, whatever the other side does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from threading import Event, Thread, Timer
from typing import TypeVar

T = TypeVar("T")

INTERRUPTIBLE_SECONDS = 0.5
"""On Windows Ctrl-C does not end a wait; so none is longer."""


def within(seconds: float, look: Callable[[], T], stop: Event | None = None) -> T:
    """What a look ends with. One that is kept up, byte by byte, is not waited for.

    Raises:
        TimeoutError: it did not end in time, or before ``stop`` was set; its thread is left to
            itself.
    """
    ends: Queue[T | Exception] = Queue()

    def run() -> None:
        try:
            ends.put(look())
        except Exception as error:
            ends.put(error)

    Thread(target=run, daemon=True).start()
    end = _first(ends, time.monotonic() + seconds, stop)
    if isinstance(end, Exception):
        raise end
    return end


def _first(ends: Queue[T], deadline: float, stop: Event | None) -> T:
    while (left := deadline - time.monotonic()) > 0 and not (stop and stop.is_set()):
        with suppress(Empty):
            return ends.get(timeout=min(left, INTERRUPTIBLE_SECONDS))
    raise TimeoutError("it takes too long to answer")


@contextmanager
def cut_after(seconds: float | None, cut: Callable[[], None]) -> Iterator[Event]:
    """Call ``cut`` when the time is up, which shuts the connection that is waited for meanwhile.

    The event is set before that. There is no end to the time where ``seconds`` is None.
    """
    over = Event()

    def end() -> None:
        over.set()
        with suppress(OSError):  # it may be closed already
            cut()

    timer = Timer(seconds or 0, end)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    try:
        yield over
    finally:
        timer.cancel()
