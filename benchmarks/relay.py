"""A relay before the engine's socket that notes each request which a program makes."""

from __future__ import annotations

import re
import socket
import socketserver
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

PIECE = 64 * 1024
_REQUEST = re.compile(rb"\b(GET|HEAD|POST|PUT|DELETE) (/\S*) HTTP/1\.1\r\n")


@dataclass(frozen=True)
class Call:
    """A request to the engine: its method, and its path with the query. Headers are not kept."""

    method: str
    target: str


class Relay(socketserver.ThreadingUnixStreamServer):
    """``calls`` grows with each request, in their order."""

    daemon_threads = True

    def __init__(self, path: Path, engine: Path) -> None:
        super().__init__(str(path), _Connection)
        self.engine = str(engine)
        self.host = f"unix://{path}"
        self.calls: list[Call] = []


class _Connection(socketserver.BaseRequestHandler):
    """One connection of the program, and one to the engine."""

    def handle(self) -> None:
        assert isinstance(self.server, Relay)  # noqa: S101 # for the type checker
        program: socket.socket = self.request
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self.server.engine)
            answers = Thread(target=_pass_on, args=(engine, program), daemon=True)
            answers.start()
            sent = bytearray()
            noted = 0
            while piece := _receive(program):
                sent += piece
                for request in _REQUEST.finditer(sent, noted):
                    noted = request.end()
                    self.server.calls.append(Call(request[1].decode(), request[2].decode()))
                engine.sendall(piece)
            with suppress(OSError):
                engine.shutdown(socket.SHUT_RDWR)
            answers.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := _receive(source):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(PIECE)
    except OSError:  # the other side was closed meanwhile
        return b""


@contextmanager
def relay(engine: Path) -> Iterator[Relay]:
    """A relay to the engine on this socket, until the ``with`` block is left."""
    with (
        tempfile.TemporaryDirectory(prefix="grade-lab-relay-") as folder,
        Relay(Path(folder) / "docker.sock", engine) as server,
    ):
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
