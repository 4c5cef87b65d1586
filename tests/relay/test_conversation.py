"""What is told of a connection: each call once, with its own status, and nothing that is none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.facts import Call
from grader.relay.conversation import MAX_HEAD_BYTES, Conversation

LOGS = "/containers/web/logs"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BODY = f"GET {LOGS} HTTP/1.1\r\nHost: d\r\n\r\n".encode()
"""A body that looks like a request."""


def ask(target: str = LOGS, method: str = "GET", *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: d", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*chunks: bytes) -> bytes:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return ask("/build", "POST", "Transfer-Encoding: chunked") + framed + b"0\r\n\r\n"


def told(*turns: tuple[bytes, bytes], pieces: int = 10**9) -> list[Call]:
    """What is told when the docker command says the one of each turn, the engine the other."""
    calls: list[Call] = []
    talk = Conversation(calls.append)
    for asked, answer in turns:
        for way, data in ((talk.sent, asked), (talk.received, answer)):
            for start in range(0, len(data), pieces):
                way(memoryview(data)[start : start + pieces])
    return calls


def paths(calls: Sequence[Call]) -> list[tuple[str, str, int]]:
    return [(call.method, call.path, call.status) for call in calls]


@pytest.mark.parametrize("pieces", [1, 7, 10**9])
def test_every_call_of_a_kept_connection_is_told_with_its_own_status(pieces: int) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    calls = told(
        (ask("/_ping", "HEAD"), b"HTTP/1.1 200 OK\r\n\r\n"),
        (ask("/v1.41/containers/json?all=1&filters=%7B%7D"), OK),
        (ask(f"/v1.41{LOGS}?follow=1"), missing),
        pieces=pieces,
    )
    assert paths(calls) == [
        ("HEAD", "/_ping", 200),
        ("GET", "/containers/json", 200),
        ("GET", LOGS, 404),
    ]


@pytest.mark.parametrize("pieces", [1, 7, 10**9])
@pytest.mark.parametrize("build", [ask("/build", "POST", body=BODY), chunked(BODY, BODY, b"x")])
def test_a_body_that_looks_like_a_request_is_none(build: bytes, pieces: int) -> None:
    calls = told((build, OK), (ask("/images/json"), OK), pieces=pieces)
    assert paths(calls) == [("POST", "/build", 200), ("GET", "/images/json", 200)]


def test_an_answer_that_holds_an_answer_tells_nothing_more() -> None:
    assert paths(told((ask(), OK + b"HTTP/1.1 500 Oops\r\n\r\n"))) == [("GET", LOGS, 200)]


@pytest.mark.parametrize("protocol", ["tcp", "h2c", "websocket"])
def test_after_an_upgrade_nothing_is_a_request(protocol: str) -> None:
    upgrade = ask(
        "/exec/1/start", "POST", "Connection: Upgrade", f"Upgrade: {protocol}", body=b"{}"
    )
    calls = told((upgrade + BODY, b"HTTP/1.1 101 UPGRADED\r\n\r\n" + OK), (BODY, OK))
    assert calls == []


def test_of_pipelined_requests_none_is_told_for_their_answers_cannot_be_told_apart() -> None:
    assert told((ask("/images/json") + ask(), OK + OK), (ask(), OK)) == []
    assert told((ask("/images/json") + ask() + ask(), OK * 3)) == []
    assert told((ask("/images/json"), b"HTTP"), (ask(), b"/1.1 200 OK\r\n\r\n"), (ask(), OK)) == []


def test_an_answer_that_is_none_ends_the_telling() -> None:
    assert told((ask(), b"SSH-2.0-OpenSSH_9.2p1\r\n"), (ask(), OK)) == []


def test_an_interim_answer_is_not_the_calls_status() -> None:
    assert told((ask(), b"HTTP/1.1 103 Early Hints\r\n\r\n")) == []


@pytest.mark.parametrize(
    "target",
    ["http://d/containers/json", "*", "/" + "x" * 5000, "/images/%ff/json", "/v1.41"],
)
def test_a_strange_target_is_no_path_that_a_rubric_could_name(target: str) -> None:
    for call in told((ask(target), OK)):
        assert call.path in {"", "/v1.41"}


def test_names_of_images_are_told_as_they_are_typed() -> None:
    [call] = told((ask("/v1.41/images/localhost:5000%2Fme/app:1.0/json"), OK))
    assert call.path == "/images/localhost:5000/me/app:1.0/json"


@pytest.mark.parametrize(
    ("target", "shows"),
    [
        ("/containers/json?all=1&filters={project}", False),  # up, down, ps -a
        ("/containers/json?filters={project}", True),  # ps
        ("/containers/json?filters={service}", False),  # exec
        ("/containers/json?filters=%7B%7D", False),  # ls
        ("/images/web:1/json", False),  # up, images
        ("/containers/abc/logs?tail=all", True),
    ],
)
def test_what_compose_asks_for_on_its_way_is_no_look(target: str, shows: bool) -> None:
    label = "%22com.docker.compose.{}%3Dlab%22%3Atrue"
    project = f"%7B%22label%22%3A%7B{label.format('project')}%7D%7D"
    service = f"%7B%22label%22%3A%7B{label.format('project')}%2C{label.format('service')}%7D%7D"
    asked = "/v1.41" + target.format(project=project, service=service)
    path = target.partition("?")[0]

    by_compose = told((ask(asked, "GET", "User-Agent: compose/2.40.3"), OK), (ask(asked), OK))
    assert [call.path for call in by_compose] == [path if shows else "", path]


def test_an_endless_head_is_not_kept() -> None:
    calls: list[Call] = []
    talk = Conversation(calls.append)
    talk.sent(memoryview(b"GET / HTTP/1.1\r\nX: "))
    for _ in range(MAX_HEAD_BYTES // 2**16 + 1):
        talk.sent(memoryview(b"x" * 2**16))
    talk.sent(memoryview(b"\r\n\r\n"))
    talk.received(memoryview(OK))
    assert calls == []


TALK = [ask("/_ping", "HEAD"), chunked(BODY), ask(), ask("/x", "POST", body=BODY)]


@given(st.lists(st.sampled_from(TALK), max_size=6), st.integers(1, 60))
def test_how_the_bytes_are_cut_makes_no_difference(talk: list[bytes], pieces: int) -> None:
    turns = [(asked, OK) for asked in talk]
    assert told(*turns, pieces=pieces) == told(*turns)


@given(st.lists(st.tuples(st.binary(), st.binary()), max_size=5), st.integers(1, 60))
def test_no_bytes_whatever_break_it(turns: list[tuple[bytes, bytes]], pieces: int) -> None:
    told(*turns, pieces=pieces)
