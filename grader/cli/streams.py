"""Standard streams as commands expect them: there, and never in the way of what is told."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GONE = {errno.EPIPE, errno.EINVAL} if sys.platform == "win32" else {errno.EPIPE}
"""What the system says to who writes to a pipe that nobody reads any more."""


class _Output(io.RawIOBase):
    """What goes to a reader who may go away (``grade-lab … | head``): the command goes on, and its
    exit code tells what it found all the same.
    """

    goes_on = True

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def write(self, data: Any, /) -> int | None:
        try:
            return self._raw.write(data)  # type: ignore[no-any-return] # of any kind of file
        except OSError as error:
            if error.errno not in GONE:
                raise
            if not self.goes_on:
                raise BrokenPipeError(*error.args) from error
            return memoryview(data).nbytes


def ready() -> None:
    """Open what was closed from outside (``>&-``): it is None to Python, and all expect a file.

    What standard output cannot encode, such as Korean that is piped on an English Windows, becomes
    ``?``; on standard error, Python sees to that. A reader who goes away ends nothing.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif mode == "w" and stream is getattr(sys, f"__{name}__") and not stream.isatty():
            setattr(sys, name, _patient(stream))
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")


def _patient(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(getattr(stream.buffer, "raw", stream.buffer))),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


@contextmanager
def while_read() -> Iterator[None]:
    """What would go on for ever ends when nobody reads any more what it tells."""
    _Output.goes_on = False
    try:
        yield
    except BrokenPipeError:
        pass
    finally:
        _Output.goes_on = True


def write_utf8(text: str) -> None:
    """Write to standard output for programs, which read UTF-8 whatever the system's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stdout.write(text)
