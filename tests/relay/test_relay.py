"""The relay passes bytes on untouched, each direction by itself, and is gone afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from grader.facts import Call
from grader.relay import listener
from tests.relay.engines import (
    ANSWER,
    ASK,
    UPGRADE,
    UPGRADED,
    all_of,
    before,
    engine,
    until,
)


def test_a_kept_connection_is_answered_call_by_call(tmp_path: Path) -> None:
    def serve(connection: socket.socket) -> None:
        for _ in range(3):
            assert until(connection, b"\r\n\r\n") == ASK
            connection.sendall(ANSWER)

    calls: list[Call] = []
    with engine(tmp_path, serve) as host, before(host, calls) as connect, connect() as client:
        for _ in range(3):
            client.sendall(ASK)
            assert until(client, b"[]") == ANSWER
    assert calls == [Call(method="GET", path="/containers/json", status=200)] * 3


def test_an_end_of_input_is_passed_on_and_output_goes_on(tmp_path: Path) -> None:
    """`echo x | docker run -i … cat`: the container's input ends before its output does."""

    def serve(connection: socket.socket) -> None:
        until(connection, b"\r\n\r\n{}")
        connection.sendall(UPGRADED)
        connection.sendall(all_of(connection).upper())

    with engine(tmp_path, serve) as host, before(host, []) as connect, connect() as client:
        client.sendall(UPGRADE)
        assert until(client, b"\r\n\r\n") == UPGRADED
        client.sendall(b"get / http/1.1\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        assert all_of(client) == b"GET / HTTP/1.1\r\n\r\n"


def test_output_may_end_before_input(tmp_path: Path) -> None:
    received: list[bytes] = []
    done = Event()

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"bye")
        connection.shutdown(socket.SHUT_WR)
        received.append(all_of(connection))
        done.set()

    with engine(tmp_path, serve) as host, before(host, []) as connect, connect() as client:
        client.sendall(UPGRADE)
        assert all_of(client) == b"bye"
        client.sendall(b"still here")
        client.shutdown(socket.SHUT_WR)
        assert done.wait(20)
    assert received == [UPGRADE + b"still here"]


def test_both_directions_flow_at_once_untouched(tmp_path: Path) -> None:
    """As BuildKit's upgraded connections do."""
    there, back = (random.Random(seed).randbytes(24 * 2**20) for seed in (1, 2))
    received, done = list[bytes](), Event()

    def serve(connection: socket.socket) -> None:
        until(connection, b"\r\n\r\n")
        reading = Thread(target=lambda: received.append(all_of(connection)))
        reading.start()
        connection.sendall(back)
        connection.shutdown(socket.SHUT_WR)
        reading.join()
        done.set()

    head = b"POST /grpc HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    calls: list[Call] = []
    with engine(tmp_path, serve) as host, before(host, calls) as connect, connect() as client:
        client.sendall(head)

        def send() -> None:
            client.sendall(there)
            client.shutdown(socket.SHUT_WR)

        sending = Thread(target=send)
        sending.start()
        assert hashlib.sha256(all_of(client)).digest() == hashlib.sha256(back).digest()
        sending.join()
        assert done.wait(20)
    assert hashlib.sha256(received[0]).digest() == hashlib.sha256(there).digest()
    assert calls == []


def test_an_engine_that_hangs_up_stops_who_still_sends(tmp_path: Path) -> None:
    """A refused build context: the answer comes though not all was sent."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with engine(tmp_path, serve) as host, before(host, []) as connect, connect() as client:
        client.sendall(b"POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1000000000\r\n\r\n")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            client.sendall(bytes(10**9))
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_hangs_up_frees_the_engine(tmp_path: Path) -> None:
    """`docker logs -f`, ended by Ctrl-C."""
    freed = Event()

    def serve(connection: socket.socket) -> None:
        until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nline\n")
        if not all_of(connection):
            freed.set()

    with engine(tmp_path, serve) as host, before(host, []) as connect:
        with connect() as client:
            client.sendall(ASK)
            until(client, b"line\n")
        assert freed.wait(20)


def test_without_an_engine_there_is_an_answer_that_says_so(tmp_path: Path) -> None:
    with before(f"unix://{tmp_path}/none.sock", []) as connect, connect() as client:
        client.sendall(ASK)
        head, _, body = all_of(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert "none.sock" in json.loads(body)["message"]


def test_an_engine_that_came_back_is_found(tmp_path: Path) -> None:
    def serve(connection: socket.socket) -> None:
        until(connection, b"\r\n\r\n")
        connection.sendall(ANSWER)

    with before(f"unix://{tmp_path}/engine.sock", []) as connect:
        with connect() as client:
            client.sendall(ASK)
            assert b" 503 " in all_of(client)
        with engine(tmp_path, serve), connect() as client:
            client.sendall(ASK)
            assert until(client, b"[]") == ANSWER


def test_garbage_is_passed_on_and_tells_nothing(tmp_path: Path) -> None:
    garbage = random.Random(3).randbytes(100_000)

    def serve(connection: socket.socket) -> None:
        connection.sendall(all_of(connection)[::-1])

    calls: list[Call] = []
    with engine(tmp_path, serve) as host, before(host, calls) as connect, connect() as client:
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        assert all_of(client) == garbage[::-1]
    assert calls == []


def test_an_engine_over_tcp_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                until(connection, b"\r\n\r\n")
                connection.sendall(ANSWER)

        Thread(target=serve, daemon=True).start()
        host = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with before(host, []) as connect, connect() as client:
            client.sendall(ASK)
            assert all_of(client) == ANSWER


def test_the_socket_is_private_and_goes_with_the_relay(tmp_path: Path) -> None:
    with before("unix:///none", []) as connect, connect() as client:
        path = Path(client.getpeername())
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not path.parent.exists()


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_what_a_killed_relay_left_is_removed_by_the_next(temporary: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=-1)
    over, mine, other = (
        temporary / f"{listener.PREFIX}{name}"
        for name in (f"{int(gone.stdout)}-a", f"{os.getpid()}-b", "notes-c")
    )
    for folder in (over, mine, other):
        folder.mkdir()
        socket.socket(socket.AF_UNIX).bind(str(folder / listener.SOCKET))
    listening = temporary / f"{listener.PREFIX}{int(gone.stdout)}-d"
    listening.mkdir()
    with socket.socket(socket.AF_UNIX) as alive:
        alive.bind(str(listening / listener.SOCKET))
        alive.listen()
        with before("unix:///none", []):
            assert not over.exists()
            assert mine.exists()
            assert other.exists()
            assert listening.exists()


def test_a_long_temporary_folder_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with before("unix:///none", []) as connect, connect() as client:
        assert client.getpeername().startswith("/tmp/")
