"""An engine that answers what a real one cannot be made to answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}

Answers = Mapping[str, object]
"""By the end of a path: a JSON value, a status, raw bytes, or None for hanging up."""


@contextmanager
def odd_engine(folder: Path, answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the paths that it was asked for."""
    path, asked = folder / "odd.sock", list[str]()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError, IndexError):
                    target = connection.recv(65536).split(b" ")[1].decode().partition("?")[0]
                    asked.append(target)
                    connection.sendall(_reply(_answer_to(target, answers)))

        Thread(target=serve, daemon=True).start()
        yield f"unix://{path}", asked
        path.unlink(missing_ok=True)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _answer_to(target: str, answers: Answers) -> object:
    known = {"/version": VERSION, "/_ping": "OK", **answers}
    for end, answer in known.items():
        if target.endswith(end):
            return answer() if callable(answer) else answer
    return 404


def _reply(answer: object) -> bytes:
    if answer is None:
        return b""
    status, body = 200, b""
    if isinstance(answer, int):
        status, body = answer, b'{"message": "no"}'
    elif isinstance(answer, bytes):
        body = answer
    else:
        body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
