"""Whoever goes away in the middle: the other side learns it, and the relay serves the next."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from grader.collect.endpoint import Endpoint
from grader.facts import Call
from grader.relay import listener
from tests.relay.engines import (
    ANSWER,
    ASK,
    SECONDS,
    UPGRADE,
    UPGRADED,
    all_of,
    before,
    engine,
    relayed,
    until,
)

BUILD = b"POST /v1.41/build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nFROM \r\n"
STEP = (
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n{"stream":"Step 1/2 : FROM"}\r\n'
)


def once(connection: socket.socket) -> None:
    """An engine that answers one question."""
    until(connection, b"\r\n\r\n")
    connection.sendall(ANSWER)


def reset(connection: socket.socket) -> None:
    """End it as a process that was killed does, with what was not read yet."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_an_engine_that_goes_away_during_a_build_ends_the_build(tmp_path: Path) -> None:
    def serve(connection: socket.socket) -> None:
        until(connection, b"FROM \r\n")
        connection.sendall(STEP)

    calls: list[Call] = []
    with engine(tmp_path, serve) as host, before(host, calls) as connect, connect() as client:
        client.sendall(BUILD)
        assert all_of(client) == STEP
    assert calls == [Call(method="POST", path="/build", status=200)]


def test_a_terminal_in_a_container_that_is_cut_off_ends(tmp_path: Path) -> None:
    def serve(connection: socket.socket) -> None:
        until(connection, b"{}")
        connection.sendall(UPGRADED + b"# ")
        until(connection, b"exit\n")
        reset(connection)

    with engine(tmp_path, serve) as host, before(host, []) as connect, connect() as client:
        client.sendall(UPGRADE)
        assert until(client, b"# ") == UPGRADED + b"# "
        client.sendall(b"exit\n")
        assert all_of(client) == b""


def test_a_docker_command_that_is_killed_in_a_terminal_frees_the_engine(tmp_path: Path) -> None:
    freed = Event()

    def serve(connection: socket.socket) -> None:
        until(connection, b"{}")
        connection.sendall(UPGRADED)
        all_of(connection)
        freed.set()

    with engine(tmp_path, serve) as host, before(host, []) as connect:
        client = connect()
        client.sendall(UPGRADE)
        until(client, b"\r\n\r\n")
        reset(client)
        assert freed.wait(SECONDS)


def test_who_sends_a_build_to_no_engine_is_told_all_the_same(tmp_path: Path) -> None:
    """The answer is not taken back by what is sent after it."""
    with before(f"unix://{tmp_path}/none.sock", []) as connect, connect() as client:
        client.sendall(BUILD)
        assert until(client, b'?"}').startswith(b"HTTP/1.1 503 ")
        client.sendall(b"1\r\n \r\n")
        client.shutdown(socket.SHUT_WR)
        assert all_of(client) == b""


def test_who_says_nothing_to_no_engine_is_let_go(tmp_path: Path) -> None:
    with before(f"unix://{tmp_path}/none.sock", []) as connect:
        reset(connect())
        with connect() as client:
            client.sendall(ASK)
            assert b" 503 " in all_of(client)


def test_the_second_address_is_tried_and_else_both_are_told(tmp_path: Path) -> None:
    def answered(*hosts: str) -> bytes:
        with relayed(Endpoint(hosts), []) as connect, connect() as client:
            client.sendall(ASK)
            return all_of(client)

    none, wrong = f"unix://{tmp_path}/none.sock", "tcp://127.0.0.1:port"
    with engine(tmp_path, once) as host:
        assert answered(none, host) == ANSWER
    told = json.loads(answered(none, wrong).partition(b"\r\n\r\n")[2])["message"]
    assert f"{none}: No such file or directory; {wrong}: {wrong} is no address" in told
    told = answered(none, f"{none}.2").decode()
    assert f"{none}, {none}.2: No such file or directory" in told


DIALS = """#!/bin/sh
[ "$*" = "system dial-stdio" ] || exit 64
while read -r line && [ ${#line} -gt 1 ]; do :; done
printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n[]'
"""


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell")
@pytest.mark.parametrize("host", ["ssh://me@far", "tcp://far:2376"])
def test_ssh_and_tls_are_left_to_the_docker_command(tmp_path: Path, host: str) -> None:
    docker = tmp_path / "docker"
    docker.write_text(DIALS, encoding="utf-8")
    docker.chmod(0o755)
    endpoint = Endpoint((host,), tmp_path)

    def answered(path: str) -> bytes:
        with relayed(endpoint, [], {"PATH": path}) as connect, connect() as client:
            client.sendall(ASK)
            return all_of(client)

    assert answered(f"{tmp_path}:/usr/bin:/bin") == ANSWER
    refused = answered(str(tmp_path / "nothing"))
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"docker" in refused


class Crowded:
    """Accepting fails as where too many files are open, as often as is wanted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self.refused = Event()
        accept = socket.socket.accept

        def accepted(listening: socket.socket) -> tuple[socket.socket, object]:
            if self.times and str(listening.getsockname()).endswith(listener.SOCKET):
                self.times -= 1
                self.refused.set()
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return accept(listening)

        monkeypatch.setattr(socket.socket, "accept", accepted)


def test_where_too_many_files_are_open_it_waits_until_some_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowded = Crowded(monkeypatch)
    crowded.times = 2
    with engine(tmp_path, once) as host, before(host, []) as connect, connect() as client:
        client.sendall(ASK)
        assert all_of(client) == ANSWER
        assert crowded.times == 0


def test_it_ends_also_while_too_many_files_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = Crowded(monkeypatch)
    crowded.times = 10**9
    with before("unix:///none", []) as connect, connect() as client:
        folder = Path(client.getpeername()).parent
        assert crowded.refused.wait(SECONDS)
    assert not folder.exists()


def test_where_no_thread_can_be_had_the_engine_hung_up_and_the_next_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [RuntimeError("can't start new thread")]

    def start(thread: Thread, begin: Callable[[Thread], None] = Thread.start) -> None:
        if thread.name == "calls" and refusals:
            raise refusals.pop()
        begin(thread)

    monkeypatch.setattr(Thread, "start", start)
    with engine(tmp_path, once) as host, before(host, []) as connect:
        with connect() as client:
            assert all_of(client) == b""
        with connect() as client:
            client.sendall(ASK)
            assert all_of(client) == ANSWER


def test_it_ends_also_when_its_socket_was_cleaned_away() -> None:
    with before("unix:///none", []) as connect, connect() as client:
        folder = Path(client.getpeername()).parent
        shutil.rmtree(folder)
    assert not folder.exists()


def test_what_only_looks_like_a_relay_s_folder_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        file, other = (Path(place, f"{listener.PREFIX}{name}") for name in ("1-file", "one-x"))
        file.write_text("")
        other.mkdir()
        never = Path(place, f"{listener.PREFIX}{2**70}-x")  # the id of no process there can be
        never.mkdir()
        with before("unix:///none", []):
            assert file.exists()
            assert other.exists()
            assert not never.exists()
