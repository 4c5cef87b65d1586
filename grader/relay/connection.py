"""One connection of the docker command, passed on to the engine and back, byte for byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from threading import Thread

from grader.facts import Call
from grader.relay.conversation import Conversation

PIECE_BYTES = 256 * 1024
REFUSAL_SECONDS = 5.0

Connect = Callable[[], AbstractContextManager[socket.socket]]


def serve(client: socket.socket, connect: Connect, on_call: Callable[[Call], None]) -> None:
    """Pass on until both sides have said all; without an engine, answer that there is none."""
    with client, ExitStack() as stack:
        try:
            engine = stack.enter_context(connect())
        except OSError as error:
            with suppress(OSError):
                _refuse(client, error)
            return
        said = Conversation(on_call)
        answers = Thread(
            target=_pass_on, args=(engine, client, said.received), daemon=True, name="answers"
        )
        answers.start()
        _pass_on(client, engine, said.sent)
        answers.join()


def _pass_on(
    source: socket.socket, target: socket.socket, tell: Callable[[memoryview], None]
) -> None:
    """Pass on one direction, and its end: the other may go on (``docker attach`` needs that)."""
    piece = memoryview(bytearray(PIECE_BYTES))
    try:
        with suppress(OSError):
            while count := source.recv_into(piece):
                tell(piece[:count])
                target.sendall(piece[:count])
    finally:
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            source.shutdown(socket.SHUT_RD)  # whoever writes to us learns that nobody listens


def _refuse(client: socket.socket, error: OSError) -> None:
    """Answer as an engine would, in its language and format."""
    client.settimeout(REFUSAL_SECONDS)
    client.recv(PIECE_BYTES)  # an answer before the question is taken for an error
    told = f"Cannot connect to the Docker daemon at {error}. Is the docker daemon running?"
    body = json.dumps({"message": told}).encode()
    client.sendall(
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)
    )
    client.shutdown(socket.SHUT_WR)
    while client.recv(PIECE_BYTES):  # to close with something unread would take the answer back
        pass
