"""What an engine tells while it pulls or builds: read as it comes, in time, and no further."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from grader.collect.answer import NoAnswerError, UnavailableError
from grader.collect.endpoint import Endpoint
from grader.collect.engine_answer import Payload
from grader.collect.waiting import within
from grader.facts import Reason
from grader.verify import engine as module
from grader.verify.engine import MAX_MESSAGE_BYTES, Engine
from tests.faults.engine import Fault, faulty_engine

PATH = "/v1.41/images/create"
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SECONDS = 60.0


def says(*pieces: bytes, then: bytes = b"0\r\n\r\n") -> Fault:
    """An engine that tells this, a piece at a time; with nothing ``then``, and goes on for ever."""

    def say(connection: socket.socket, _: bytes, over: Event) -> None:
        connection.sendall(HEAD)
        for piece in pieces:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(then)
        if not then:
            over.wait()

    return say


@contextmanager
def pulling(fault: Fault) -> Iterator[tuple[Engine, Iterator[Payload]]]:
    with faulty_engine(PATH, fault) as (host, _):
        engine = Engine(Endpoint((host,)))
        yield engine, engine.pull("registry.example/app", "sha256:1", None, "r", SECONDS)
        engine.close()


def reason(messages: Iterator[Payload]) -> Reason:
    with pytest.raises(NoAnswerError) as caught:
        list(messages)
    assert isinstance(caught.value, UnavailableError)
    return caught.value.reason


def test_messages_are_read_however_they_are_cut() -> None:
    told = '{"status": "Pulling"}\r\n{"id": "한"} [1]\n"x" {"id": "b"}'.encode()
    pieces = (bytes([byte]) for byte in told)
    with pulling(says(*pieces)) as (_, messages):
        assert list(messages) == [{"status": "Pulling"}, {"id": "한"}, {"id": "b"}]


def test_a_message_without_an_end_is_not_kept() -> None:
    endless = says(b'{"status": "', *[b"x" * 2**16] * (MAX_MESSAGE_BYTES // 2**16 + 1), then=b"")
    with pulling(endless) as (_, messages):
        assert reason(messages) is Reason.ENGINE_ERROR


def test_an_interruption_ends_what_is_being_told() -> None:
    with pulling(says(b'{"status": "Pulling"}', then=b"")) as (engine, messages):
        assert next(messages) == {"status": "Pulling"}
        engine.interrupt()
        with pytest.raises(UnavailableError):
            next(messages)


def test_an_interruption_counts_also_just_when_the_answer_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    with pulling(says(b'{"status": "Pulling"}', then=b"")) as (engine, messages):

        def interrupted(*arguments: Any) -> object:
            answer: object = within(*arguments)
            engine.interrupt()
            return answer

        monkeypatch.setattr(module, "within", interrupted)
        assert reason(messages) is Reason.TIMEOUT
