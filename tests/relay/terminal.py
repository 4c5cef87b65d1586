"""A program in a terminal of its own, typed to and read as by a person."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

SECONDS = 60.0


class Terminal:
    """``command`` in a new session, whose terminal this is."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.shown = ""
        self._read = 0
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(command[0], list(command), dict(env))
            finally:
                os._exit(127)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)
        if error is not None:
            error.add_note(f"the terminal showed:\n{self.shown}")

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def until(self, text: str) -> str:
        """Wait for ``text`` after what was waited for before; return what came up to it."""
        deadline = time.monotonic() + SECONDS
        while (found := self.shown.find(text, self._read)) < 0:
            assert time.monotonic() < deadline, f"never shown: {text!r}"
            self._receive()
        came, self._read = self.shown[self._read : found], found + len(text)
        return came

    def exit_code(self) -> int:
        """Wait for the program's end, and return its exit code."""
        deadline = time.monotonic() + SECONDS
        while (ended := os.waitpid(self.pid, os.WNOHANG)) == (0, 0):
            assert time.monotonic() < deadline, "it does not end"
            self._receive()
        self.pid = 0
        while self._receive():
            pass
        return os.waitstatus_to_exitcode(ended[1])

    def _receive(self) -> bool:
        if not select.select([self._terminal], [], [], 0.05)[0]:
            return False
        try:
            data = os.read(self._terminal, 2**16)
        except OSError:  # nobody has this terminal any more
            time.sleep(0.02)
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
