"""An engine in which one stage of a grading breaks, in one way; all else works.

What works is answered from a script: a learner's image, container, log, events and push, as small
as the checks of `RUBRIC` need them. Or by a real engine, when there is one behind it.
"""

from __future__ import annotations

import io
import json
import re
import socket
import struct
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

IMAGE = "sha256:" + "a" * 64
CONTAINER = "c" * 64
REFERENCE = "127.0.0.1:9/me/app:1"
CODE = b"print('ready')\n"
DOCKERFILE = "FROM scratch\nCOPY app.py /app/\n"
AT = 1_767_322_800

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

STAGES = {
    "ping": r"/_ping$",
    "version": r"/version$",
    "info": r"/info$",
    "image": r"/images/(127.0.0.1:9/me/)?app:1/json$",
    "history": r"/history$",
    "container": r"/containers/(web|c+)/json$",
    "list": r"/containers/json$",
    "changes": r"/changes$",
    "archive": r"/archive$",
    "logs": r"/logs$",
    "events": r"/events$",
    "distribution": r"/distribution/.*/json$",
}
"""What a grading asks, by the end of the path."""

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
        Thread(target=_accept, args=(server, serve), daemon=True).start()
        try:
            yield f"unix://{path}", asked
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            path.unlink()
            path.parent.rmdir()


def _accept(server: socket.socket, serve: Callable[[socket.socket], None]) -> None:
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


def scripted(target: str) -> tuple[str, bytes]:
    """The right answer to a path: status and body."""
    stage = next((name for name, end in STAGES.items() if re.search(end, target)), "")
    if stage == "archive":
        return "200 OK", _tar()
    if stage == "logs":
        return "200 OK", b"\x01\0\0\0\0\0\0\x0fready to serve\n"
    if stage == "events":
        return "200 OK", b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)
    answer = ANSWERS.get(stage)
    if answer is None:
        if target.endswith(f"/images/{IMAGE}/json"):
            return scripted("/images/app:1/json")
        return "404 Not Found", b'{"message": "no such thing"}'
    return "200 OK", json.dumps(answer).encode()


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        member = tarfile.TarInfo("app.py")
        member.size = len(CODE)
        tar.addfile(member, io.BytesIO(CODE))
    return file.getvalue()


_CONFIG = {"Image": "app:1", "Env": [], "Labels": {}, "Cmd": ["python", "app.py"]}
ANSWERS: dict[str, object] = {
    "ping": "OK",
    "version": {"Version": "20.10.24", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"},
    "info": {"SystemTime": "2026-01-02T03:10:00Z", "Driver": "overlay2", "ID": "x"},
    "image": {
        "Id": IMAGE,
        "RepoTags": ["app:1", REFERENCE],
        "RepoDigests": [REFERENCE.removesuffix(":1") + "@sha256:" + "b" * 64],
        "Created": "2026-01-02T03:00:00Z",
        "Os": "linux",
        "Architecture": "amd64",
        "Size": 1000,
        "Config": {**_CONFIG, "ExposedPorts": {"8000/tcp": {}}},
        "RootFS": {"Type": "layers", "Layers": ["sha256:" + "d" * 64]},
    },
    "history": [
        {
            "Id": IMAGE,
            "Created": AT,
            "CreatedBy": "/bin/sh -c #(nop) COPY file:" + "e" * 64 + " in /app/ ",
            "Size": 10,
            "Tags": ["app:1"],
            "Comment": "",
        }
    ],
    "container": {
        "Id": CONTAINER,
        "Name": "/web",
        "Image": IMAGE,
        "Created": "2026-01-02T03:01:00Z",
        "Config": {**_CONFIG, "Tty": False},
        "State": {"Status": "running", "Running": True, "StartedAt": "2026-01-02T03:01:00Z"},
        "HostConfig": {"PortBindings": {}, "NetworkMode": "default"},
        "NetworkSettings": {"Ports": {}},
        "Mounts": [],
    },
    "list": [
        {
            "Id": CONTAINER,
            "Names": ["/web"],
            "Image": "app:1",
            "ImageID": IMAGE,
            "Created": AT,
            "Labels": {},
            "State": "running",
        }
    ],
    "changes": [],
    "distribution": {
        "Descriptor": {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "digest": "sha256:" + "b" * 64,
            "size": 500,
        },
        "Platforms": [{"architecture": "amd64", "os": "linux"}],
    },
}


def _event(second: int, action: str, name: str = "web", **attributes: str) -> dict[str, object]:
    return {
        "Type": "container",
        "Action": action,
        "Actor": {
            "ID": CONTAINER if name == "web" else "0" * 64,
            "Attributes": {"name": name, "image": "app:1", **attributes},
        },
        "time": AT + second,
        "timeNano": (AT + second) * 1_000_000_000,
    }


EVENTS = [
    _event(1, "create"),
    _event(2, "start"),
    _event(3, "exec_create: ls -l", execID="f" * 64),
    _event(3, "exec_start: ls -l", execID="f" * 64),
    _event(4, "exec_die", execID="f" * 64, exitCode="0"),
    _event(5, "create", "old"),
    _event(6, "start", "old"),
    _event(7, "kill", "old", signal="15"),
    _event(8, "die", "old", exitCode="0"),
    _event(9, "stop", "old"),
    _event(10, "destroy", "old"),
]
