"""Small stand-ins for an engine, each connection served by a function."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

from grader.collect.endpoint import Endpoint
from grader.facts import Call
from grader.relay.listener import relay
from grader.relay.upstream import connected

ASK = b"GET /v1.41/containers/json?all=1 HTTP/1.1\r\nHost: d\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
UPGRADE = (
    b"POST /v1.41/exec/1/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
    b"Content-Length: 2\r\n\r\n{}"
)
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

SECONDS = 60.0
Serve = Callable[[socket.socket], None]


@contextmanager
def engine(folder: Path, serve: Serve) -> Iterator[str]:
    """An engine on a socket in ``folder``; yields its address."""
    path = folder / "engine.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        Thread(target=_accept, args=(listener, serve), daemon=True).start()
        try:
            yield f"unix://{path}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts


def _accept(listener: socket.socket, serve: Serve) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        Thread(target=_serve, args=(connection, serve), daemon=True).start()


def _serve(connection: socket.socket, serve: Serve) -> None:
    with connection:
        connection.settimeout(SECONDS)
        serve(connection)


Connecting = AbstractContextManager[Callable[[], socket.socket]]


def before(host: str, calls: list[Call]) -> Connecting:
    """A relay before an engine; yields what connects to it."""
    return relayed(Endpoint((host,)), calls)


@contextmanager
def relayed(
    endpoint: Endpoint, calls: list[Call], env: Mapping[str, str] = {}
) -> Iterator[Callable[[], socket.socket]]:
    """The same before any endpoint, to which ``env`` leads the docker command, too."""
    with relay(partial(connected, endpoint, env), calls.append) as address:

        def connect() -> socket.socket:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(SECONDS)
            client.connect(address.removeprefix("unix://"))
            return client

        yield connect


def all_of(connection: socket.socket) -> bytes:
    """All that comes until the other side has said all."""
    return b"".join(iter(lambda: connection.recv(2**16), b""))


def until(connection: socket.socket, end: bytes) -> bytes:
    """What comes up to and with these bytes."""
    data = b""
    while not data.endswith(end):
        piece = connection.recv(1)
        assert piece, data
        data += piece
    return data


def wait_until(done: Callable[[], object]) -> None:
    """Wait until something has come true."""
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
