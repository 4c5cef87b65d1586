"""Where the docker command connects: a socket in a private folder, gone with its process."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from grader.facts import Call
from grader.relay.connection import Connect, serve

PREFIX = "grade-lab-shell-"
SOCKET = "docker.sock"
MAX_PATH_BYTES = 103
"""The longest path of a socket that every system takes (``sun_path``: 104 on macOS, 108)."""
BACKLOG = 128
PAUSE_SECONDS = 0.1


@contextmanager
def relay(connect: Connect, on_call: Callable[[Call], None]) -> Iterator[str]:
    """A relay to the engine while the ``with`` block lasts; yields its address.

    Raises:
        OSError: the socket cannot be made.
    """
    with _private_folder() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = folder / SOCKET
        listener.bind(str(path))
        listener.listen(BACKLOG)
        closing = Event()
        accepting = Thread(
            target=_accept, args=(listener, closing, connect, on_call), daemon=True, name="relay"
        )
        accepting.start()
        try:
            yield f"unix://{path}"
        finally:
            closing.set()
            if is_alive(path):  # connecting wakes who accepts
                accepting.join()


def is_alive(path: Path) -> bool:
    """Whether somebody listens at a socket."""
    try:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(path))
    except OSError:
        return False
    return True


def _accept(
    listener: socket.socket, closing: Event, connect: Connect, on_call: Callable[[Call], None]
) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # too many files are open: some will be closed
            if closing.wait(PAUSE_SECONDS):
                return
            continue
        if closing.is_set():
            client.close()
            return
        try:
            Thread(target=serve, args=(client, connect, on_call), daemon=True, name="calls").start()
        except RuntimeError:  # too many threads: to the docker command, the engine hung up
            client.close()


@contextmanager
def _private_folder() -> Iterator[Path]:
    places = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 # mkdtemp makes it private
    longest = len(os.fsencode(f"/{PREFIX}{os.getpid()}-12345678/{SOCKET}"))
    place = next(p for p in places if len(os.fsencode(p)) + longest <= MAX_PATH_BYTES)
    _remove_stale(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_stale(place: Path) -> None:
    """Remove what killed relays of this user left: no such process, and nobody listens."""
    for folder in place.glob(f"{PREFIX}*-*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(OSError):
            status = folder.lstat()
            own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            over = own and number.isdecimal() and not _runs(int(number))
            if over and not is_alive(folder / SOCKET):
                shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        with suppress(PermissionError):  # another user's
            os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    return True
