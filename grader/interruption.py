"""Being asked to end: by Ctrl-C, by `kill`, or by a terminal that is closed.

Each raises KeyboardInterrupt in the main thread, so that what is under way is put in order. Python
drops an exception that is raised in a `__del__` or in a callback of C: this one is raised again.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

SIGNALS = [
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if (number := getattr(signal, name, None)) is not None
]
PATIENCE_SECONDS = 5.0
"""For putting things in order. Who asks again meanwhile, as people and CI runners do, waits."""
AGAIN_SECONDS = 0.01


@contextmanager
def heeded() -> Iterator[None]:
    """Where signals raise KeyboardInterrupt; they end the process at once when this is left."""
    interruption = _Interruption()
    ours = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in ours:  # one that is ignored was so by `nohup`, or by a shell for its background
        signal.signal(number, interruption.arrived)
    sys.unraisablehook = interruption.dropped
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, _leave)


class _Interruption:
    def __init__(self) -> None:
        self._patient_until = 0.0
        self._number = signal.SIGINT.value

    def arrived(self, number: int, _frame: FrameType | None) -> None:
        self._number = number
        if time.monotonic() >= self._patient_until:
            self._patient_until = time.monotonic() + PATIENCE_SECONDS
            raise KeyboardInterrupt

    def dropped(self, unraisable: Any) -> None:
        """Python's hook for exceptions that it drops."""
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            self._patient_until = 0.0
            _thread.start_new_thread(_again, (self._number,))  # here it would be dropped, too
        else:
            sys.__unraisablehook__(unraisable)


def _again(number: int) -> None:
    time.sleep(AGAIN_SECONDS)
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:  # this ends what the main thread waits for, too
        signal.pthread_kill(threading.main_thread().ident or 0, number)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """While Python shuts down, there is nothing left that could be lost, and nobody to catch."""
    os._exit(130)
