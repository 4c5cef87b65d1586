"""Being asked to end: by Ctrl-C, by `kill`, or by a terminal that is closed.

Each raises KeyboardInterrupt in the main thread, so that what is under way is put in order. Python
drops an exception that is raised in a `__del__` or in a callback of C: this one is raised again.

It is the first module that is imported, and so imports next to nothing.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def end_at_once() -> None:
    """While there is nothing to put in order: signals end the process, and nothing is said."""
    for number in SIGNALS:
        # One that is ignored was so by `nohup`, or by a shell for what runs in its background.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)


class heeded:  # noqa: N801 # a context manager
    """Where signals raise KeyboardInterrupt; they end the process at once when this is left."""

    def __enter__(self) -> Interruption:
        interruption = Interruption()
        end_at_once()
        for number in SIGNALS:
            if signal.getsignal(number) is _leave:
                signal.signal(number, interruption.arrived)
        sys.unraisablehook = interruption.dropped
        return interruption

    def __exit__(self, *_: object) -> None:
        end_at_once()


class Interruption:
    """Whether this process was asked to end: ``came``."""

    def __init__(self) -> None:
        self.came = False
        self._patient_until = 0.0
        self._number = signal.SIGINT.value

    def arrived(self, number: int, _frame: FrameType | None) -> None:
        self._number = number
        self.came = True
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
    import threading

    time.sleep(AGAIN_SECONDS)
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:  # this ends what the main thread waits for, too
        signal.pthread_kill(threading.main_thread().ident or 0, number)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """Where nothing could be lost; and while Python shuts down there is nobody to catch."""
    os._exit(130)
