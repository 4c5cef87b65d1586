"""What the Docker SDK calls of Windows for a named pipe, done with a Unix socket.

It takes the place of pywin32, so that the SDK's own transport for named pipes is what runs. Only
what that transport uses is here, as Microsoft and pywin32 document it: overlapped reads and writes,
errors that are no OSError and have a ``winerror``, and a handle that, once closed, ends a read that
somebody waits for.
"""

from __future__ import annotations

import os
import select
import socket
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

WAIT_TIMEOUT = 258
INFINITE = -1
FILE_NOT_FOUND, INVALID_HANDLE, BROKEN_PIPE, OPERATION_ABORTED = 2, 6, 109, 995


class PipeError(Exception):
    """pywintypes.error."""

    def __init__(self, winerror: int, function: str) -> None:
        super().__init__(winerror, function, f"error {winerror}")
        self.winerror, self.funcname, self.strerror = winerror, function, f"error {winerror}"


class Handle:
    """PyHANDLE."""

    def __init__(self, pipe: socket.socket) -> None:
        self.pipe = pipe
        self.closed, self._close = os.pipe()
        self.is_open = True

    def Close(self) -> None:  # noqa: N802 # its name there
        if self.is_open:
            self.is_open = False
            os.close(self._close)  # so that `closed` can be read
            self.pipe.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        self.Close()
        os.close(self.closed)
        self.pipe.close()


@dataclass
class Waited:
    """A read that was begun, and how it ended."""

    handle: Handle
    into: memoryview
    result: int | None = None

    def wait(self, milliseconds: int) -> int:
        seconds = None if milliseconds == INFINITE else milliseconds / 1000
        pipe = self.handle.pipe.fileno()
        ready, _, _ = select.select([pipe, self.handle.closed], [], [], seconds)
        if pipe in ready and self.handle.is_open:
            self.result = self.handle.pipe.recv_into(self.into)
        return 0 if ready else WAIT_TIMEOUT


@dataclass
class Event:
    waits_for: Waited | None = None


@dataclass
class Overlapped:
    hEvent: Event = field(default_factory=Event)  # noqa: N815 # its name there
    result: int | None = None


def create_file(path: str, *_: object) -> Handle:
    pipe = socket.socket(socket.AF_UNIX)
    try:
        pipe.connect(path)
    except OSError as error:
        pipe.close()
        raise PipeError(FILE_NOT_FOUND, "CreateFile") from error
    return Handle(pipe)


def read_file(handle: Handle, into: memoryview, overlapped: Overlapped) -> tuple[int, memoryview]:
    if not handle.is_open:
        raise PipeError(INVALID_HANDLE, "ReadFile")
    overlapped.hEvent.waits_for = Waited(handle, into)
    return 0, into


def write_file(handle: Handle, data: bytes, overlapped: Overlapped) -> None:
    if not handle.is_open:
        raise PipeError(INVALID_HANDLE, "WriteFile")
    handle.pipe.sendall(data)
    overlapped.result = len(data)


def wait_for_single_object(event: Event, milliseconds: int) -> int:
    return event.waits_for.wait(milliseconds) if event.waits_for else 0


def get_overlapped_result(handle: Handle, overlapped: Overlapped, _: int) -> int:
    if not handle.is_open:
        raise PipeError(INVALID_HANDLE, "GetOverlappedResult")
    waited = overlapped.hEvent.waits_for
    result = waited.result if waited else overlapped.result
    if result is None:
        raise PipeError(OPERATION_ABORTED, "GetOverlappedResult")
    if waited and result == 0:
        raise PipeError(BROKEN_PIPE, "GetOverlappedResult")
    return result


def pywin32() -> dict[str, ModuleType]:
    """The modules of pywin32 that the SDK imports."""
    flags = ("GENERIC_READ", "GENERIC_WRITE", "OPEN_EXISTING", "FILE_FLAG_OVERLAPPED")
    members: dict[str, dict[str, Any]] = {
        "pywintypes": {"error": PipeError, "OVERLAPPED": Overlapped},
        "win32api": {"CloseHandle": lambda _: None},
        "win32event": {
            "INFINITE": INFINITE,
            "WAIT_TIMEOUT": WAIT_TIMEOUT,
            "CreateEvent": lambda *_: Event(),
            "WaitForSingleObject": wait_for_single_object,
        },
        "win32file": {
            **dict.fromkeys(flags, 0),
            "CreateFile": create_file,
            "ReadFile": read_file,
            "WriteFile": write_file,
            "GetOverlappedResult": get_overlapped_result,
            "CancelIo": lambda _: None,
        },
        "win32pipe": {
            "error": PipeError,
            "NMPWAIT_USE_DEFAULT_WAIT": 0,
            "GetNamedPipeInfo": lambda _: (0,),
        },
    }
    modules = {name: ModuleType(name) for name in members}
    for name, module in modules.items():
        vars(module).update(members[name])
    return modules
