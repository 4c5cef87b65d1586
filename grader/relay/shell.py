"""The learner's own shell, in the same terminal, with its job control left to it (POSIX)."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

GRACE_SECONDS = 5.0

_OF_THE_SHELL = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTOU, signal.SIGTTIN)
"""What a terminal sends is meant for the shell and its jobs, not for us."""

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class _Asked(BaseException):
    """A signal asked us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Requests:
    """The signals that ask us to end: noted always, raised only once there is a child to tell."""

    def __init__(self) -> None:
        self._first = 0
        self._raising = False

    def note(self, number: int, _: object) -> None:
        """Handle a signal."""
        self._first = self._first or number
        if self._raising:
            raise _Asked(number)

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise `_Asked` within the ``with`` block, also for what came before."""
        self._raising = True
        try:
            if self._first:
                raise _Asked(self._first)
            yield
        finally:
            self._raising = False


def run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a shell or another command and return its exit code; 128 and more for a signal's.

    When we are asked to end, it is told that its terminal is gone, as terminals do.

    Raises:
        OSError: it cannot be started.
    """
    with _terminal_kept(), _signals() as requests:
        child = os.posix_spawnp(
            command[0],
            list(command),
            env,
            setsigdef=[*_OF_THE_SHELL, *_ENDING, *_IGNORED_BY_PYTHON],
        )
        try:
            with requests.raised():
                return _waited_for(child)
        except _Asked as asked:
            _hang_up(child)
            return 128 + asked.number


def _waited_for(child: int) -> int:
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        # Suspended: so are we, that the shell outside takes over; its `fg` wakes all.
        os.kill(os.getpid(), signal.SIGSTOP)
        os.kill(child, signal.SIGCONT)


def _hang_up(child: int) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    with suppress(ProcessLookupError, ChildProcessError):  # it had just ended by itself
        for number in (signal.SIGHUP, signal.SIGCONT):
            os.kill(child, number)
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return
            time.sleep(0.02)


@contextmanager
def _signals() -> Iterator[_Requests]:
    requests = _Requests()
    before = {number: signal.getsignal(number) for number in (*_OF_THE_SHELL, *_ENDING)}
    try:
        for number in _OF_THE_SHELL:
            signal.signal(number, signal.SIG_IGN)
        for number in _ENDING:
            signal.signal(number, requests.note)
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """Give the terminal back as it was, also from a shell that was killed."""
    if not sys.stdin.isatty():
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    settings = termios.tcgetattr(terminal)
    group = os.tcgetpgrp(terminal)
    try:
        yield
    finally:
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with suppress(OSError, termios.error):  # it may be gone
            os.tcsetpgrp(terminal, group)
            termios.tcsetattr(terminal, termios.TCSADRAIN, settings)
        signal.signal(signal.SIGTTOU, before)
