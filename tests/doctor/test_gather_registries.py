"""How registries are asked: as anybody, without using a limit up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from grader.doctor.gather import registries
from grader.doctor.machine import Registry
from grader.needs import LoginNeed, ManifestNeed


@contextmanager
def registry(**headers: str) -> Iterator[tuple[str, list[str]]]:
    """A registry that gives anybody a token, and then these headers, among them the status."""
    status = int(headers.pop("status", "200"))
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"GET {self.path.partition('?')[0]}")
            self._answer(200, {}, b'{"token": "t"}')

        def do_HEAD(self) -> None:
            asked.append("HEAD")
            if self.headers.get("Authorization") != "Bearer t":
                place = f'Bearer realm="http://{self.headers["Host"]}/token",service="s"'
                self._answer(401, {"WWW-Authenticate": place})
            else:
                self._answer(status, headers)

        def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def look(address: str, home: Path) -> Registry:
    return registries.asked(Registry(name=address), f"{address}/me/app:1", {"HOME": str(home)})


def test_what_is_left_of_a_limit_is_asked_without_using_it_up(home: Path) -> None:
    headers = {"RateLimit_Limit": "100;w=21600", "RateLimit_Remaining": "3;w=21600"}
    with registry(**headers) as (address, asked):
        answer = look(address, home)
    assert (answer.limit, answer.remaining, answer.window) == (100, 3, 21600)
    assert answer.reachable
    assert not answer.limited
    assert [one for one in asked if one.startswith("GET")] == ["GET /token"]


def test_a_registry_that_wants_no_more_requests_says_for_how_long(home: Path) -> None:
    with registry(status="429", Retry_After="600") as (address, _):
        answer = look(address, home)
    assert answer.limited
    assert answer.retry_after == 600


def test_a_registrys_clock_is_compared_with_ours(home: Path) -> None:
    with registry(Date=formatdate(0, usegmt=True)) as (address, _):
        answer = look(address, home)
    assert answer.ahead is not None
    assert answer.ahead < -1e9


def test_a_registry_that_is_off_is_not_reached(home: Path) -> None:
    with socket.socket() as bound:  # nobody listens, and nobody else will
        bound.bind(("127.0.0.1", 0))
        away = look(f"127.0.0.1:{bound.getsockname()[1]}", home)
    assert away.reachable is False
    assert "Connection(" not in away.detail


def test_docker_hub_is_looked_at_always_and_needed_only_by_some_rubrics() -> None:
    assert [r.needed for r in registries.wanted([])] == [False]
    needs = [ManifestNeed(image="r.example/me/app:1"), LoginNeed(registry="r.example")]
    wanted = registries.wanted(needs)
    assert [(r.name, r.needed, r.pushed_to) for r in wanted] == [
        ("r.example", True, True),
        ("docker.io", False, False),
    ]
    assert [r.name for r in registries.wanted([], ["ghcr.io/some/base:1", "python:3.12"])] == [
        "docker.io",
        "ghcr.io",
    ]
