"""An engine in which one stage of a grading breaks, in one way; all else works.

What works is answered from a script: a learner's image, container, log, events and push, as small
as the checks of `RUBRIC` need them. Or by a real engine, when there is one behind it.
"""

from __future__ import annotations

import re
import socket
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from tests.faults.scripted import REFERENCE, STAGES, scripted

RUBRIC = f"""\
schema: grade-lab/rubric/1
id: faults
title: Faults
objectives:
  - {{id: engine, title: E, points: 1, checks: [{{type: engine}}]}}
  - {{id: image, title: I, points: 1, checks: [{{type: image, image: "app:1", exposes: [8000]}}]}}
  - {{id: built, title: B, points: 1, checks: [{{type: built_from, image: "app:1",
      source: {{/app/app.py: app.py}}}}]}}
  - {{id: run, title: R, points: 1, checks: [{{type: container, name: web, image: "app:1"}}]}}
  - {{id: found, title: F, points: 1, checks: [{{type: container, image: "app:1"}}]}}
  - {{id: log, title: L, points: 1, checks: [{{type: logs, name: web, contains: ready}}]}}
  - {{id: exec, title: X, points: 1, checks: [{{type: executed, name: web,
      command: {{contains: ls}}}}]}}
  - {{id: push, title: P, points: 1, checks: [{{type: pushed, image: "{REFERENCE}"}}]}}
  - {{id: same, title: S, points: 1, checks: [{{type: same_image,
      images: ["app:1", "{REFERENCE}"]}}]}}
  - {{id: order, title: O, points: 1, checks: [{{type: sequence,
      steps: [{{did: started, name: web}}, {{did: executed, name: web}}]}}]}}
  - {{id: stopped, title: T, points: 1, checks: [{{type: stopped, name: old}}]}}
  - {{id: removed, title: G, points: 1, checks: [{{type: removed, container: old}}]}}
  - {{id: quoted, title: Q, points: 1, checks: [{{type: quoted, question: line, of: log_line,
      name: web}}]}}
  - {{id: file, title: N, points: 1, checks: [{{type: file, path: app.py, contains: ready}}]}}
"""

RIGHT = dict.fromkeys([line.split(",")[0] for line in RUBRIC.split("- {id: ")[1:]], "pass")
"""Each objective's status where nothing is broken."""


Fault = Callable[[socket.socket, bytes, Event], None]
"""Answers in its way; takes the connection, the right answer's body, and whether all is over."""


def _plain(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _sized(body: bytes, size: int | None = None, status: str = "200 OK") -> bytes:
    length = f"Content-Length: {len(body) if size is None else size}"
    return _plain(body, "Content-Type: application/json", length, status=status)


def _after(*parts: bytes) -> Fault:
    return lambda connection, _, __: connection.sendall(b"".join(parts))


def _silence(connection: socket.socket, _: bytes, over: Event) -> None:
    over.wait()


def _reset(connection: socket.socket, _: bytes, __: Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _dripping(data: Callable[[bytes], bytes], then: bytes = b" ") -> Fault:
    """A byte now and then, and when all is said, others like them, for ever."""

    def drip(connection: socket.socket, body: bytes, over: Event) -> None:
        rest = data(body)
        while not over.wait(0.05):
            connection.sendall(rest[:1] or then)
            rest = rest[1:]

    return drip


def _endless(head: bytes, piece: bytes) -> Fault:
    def flow(connection: socket.socket, _: bytes, over: Event) -> None:
        connection.sendall(head)
        while not over.is_set():
            connection.sendall(piece)

    return flow


_CHUNKED = _plain(b"", "Transfer-Encoding: chunked")
_ZEROS = b"10000\r\n" + bytes(0x10000) + b"\r\n"
_LINES = b"10000\r\n" + b"\n" * 0x10000 + b"\r\n"

FAULTS: dict[str, Fault] = {
    "hangs up": _after(),
    "resets": _reset,
    "is silent": _silence,
    "headers drip": _dripping(lambda body: b"HTTP/1.1 200 OK\r\nX-Filler: ", b"x"),
    "body drips": _dripping(lambda body: _sized(body[:1], 1 << 30)),
    "chunks drip": _dripping(lambda body: _CHUNKED, b"1\r\n \r\n"),
    "a chunk's size drips": _dripping(lambda body: _CHUNKED, b"0"),
    "garbage": _after(bytes(range(256)) * 20),
    "garbage as body": _after(_sized(b"\xff\xfe{{{[[[" * 20)),
    "deeply nested": _after(_sized(b"[" * 200_000)),
    "something else": _after(_sized(b'[{"Id": 7}, "x"]')),
    "nothing": _after(_sized(b"{}")),
    "null": _after(_sized(b"null")),
    "half a body": lambda c, body, _: c.sendall(_sized(body[: len(body) // 2], len(body))),
    "half a chunk": _after(_CHUNKED, b"ffff\r\n{"),
    "no chunk": _after(_CHUNKED, b"zz\r\n"),
    "too short a length": lambda c, body, _: c.sendall(_sized(body, len(body) // 2)),
    "closes after headers": lambda c, body, _: c.sendall(_sized(b"", len(body) + 1)),
    "a negative length": lambda c, body, _: c.sendall(_sized(body, -5)),
    "500": _after(_sized(b'{"message": "no space left on device"}', status="500 X")),
    "503": _after(_sized(b"<html>try later", status="503 X")),
    "400": _after(_sized(b'{"message": "bad parameter"}', status="400 X")),
    "204": _after(_plain(b"", status="204 X")),
    "redirects for ever": _after(_plain(b"", "Location: /_ping", status="302 X")),
    "endless zeros": _endless(_CHUNKED, _ZEROS),
    "endless lines": _endless(_CHUNKED, _LINES),
}


@contextmanager
def faulty_engine(
    stage: str = "",
    fault: Fault | None = None,
    *,
    behind: str = "",
    nth: int = 1,
) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the stages it was asked at; from the ``nth`` time on, ``stage`` is broken.

    ``behind`` is the socket of a real engine that answers what is not broken.
    """
    over, asked = Event(), list[str]()
    path = Path(tempfile.mkdtemp(prefix="engine-")) / "sock"  # a socket's path may not be long

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError, IndexError):
            connection.settimeout(30)
            request = _head(connection)
            target = request.split(b" ")[1].decode().partition("?")[0]
            now = next((name for name, end in STAGES.items() if re.search(end, target)), target)
            asked.append(now)
            if fault is not None and now == stage and asked.count(now) >= nth:
                fault(connection, scripted(target)[1], over)
            elif behind:
                _relay(connection, request, behind)
            else:
                status, body = scripted(target)
                connection.sendall(_sized(body, status=status))

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(64)
        Thread(target=accept, args=(server, serve), daemon=True).start()
        try:
            yield f"unix://{path}", asked
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            path.unlink()
            path.parent.rmdir()


def accept(server: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    """Serve each connection in a thread of its own, until the server is shut down."""
    with suppress(OSError):
        while True:
            Thread(target=serve, args=(server.accept()[0],), daemon=True).start()


def _head(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise OSError
        data += piece
    return data


def _relay(connection: socket.socket, request: bytes, behind: str) -> None:
    """One request and its answer."""
    request = re.sub(rb"(?i)\r\nConnection: [^\r]*", b"", request)
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(behind.removeprefix("unix://"))
        engine.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        while piece := engine.recv(65536):
            connection.sendall(piece)
