"""Registries are asked sparingly and with the right login; their silence is no answer."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason
from grader.verify.logins import Logins
from grader.verify.registries import PATIENCE_SECONDS, RegistryDesk

DIGEST = "sha256:" + "a" * 64
Reply = tuple[int, dict[str, str]]
Asked = list[tuple[str, str, str]]
"""Method, path and authorization of each request."""


@contextmanager
def serving(answer: Callable[[str, str, str], Reply]) -> Iterator[tuple[str, Asked]]:
    asked: Asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.command, self.path, self.headers.get("Authorization", "")))
            status, headers = answer(*asked[-1])
            body = headers.pop("body", "").encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 # the server's name for it

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def desk(env: Mapping[str, str] | None = None, stopping: Event | None = None) -> RegistryDesk:
    nowhere = {"DOCKER_CONFIG": "/nowhere"}
    return RegistryDesk(Logins({**nowhere, **(env or {})}), stopping or Event())


def login_to(address: str) -> dict[str, str]:
    return {
        "GRADE_LAB_REGISTRY": address,
        "GRADE_LAB_REGISTRY_USER": "teacher",
        "GRADE_LAB_REGISTRY_PASSWORD": "pass:word",
    }


def trouble(desk: RegistryDesk, address: str) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as caught:
        desk.manifest(f"{address}/me/app:1")
    return caught.value


def held(*_: str) -> Reply:
    return 200, {"Docker-Content-Digest": DIGEST, "Content-Length": "123", "Content-Type": "x/y"}


BASIC = "Basic " + base64.b64encode(b"teacher:pass:word").decode()


def test_one_head_is_enough() -> None:
    with serving(held) as (address, asked):
        found = desk().manifest(f"{address}/me/app:1")
        assert (found.digest, found.size, found.media_type) == (DIGEST, 123, "x/y")
        assert asked == [("HEAD", "/v2/me/app/manifests/1", "")]


def test_a_registry_that_tells_nothing_by_head_is_asked_by_get() -> None:
    def answer(method: str, *_: str) -> Reply:
        return (405, {}) if method == "HEAD" else (200, {"body": '{"mediaType": "x/y"}'})

    with serving(answer) as (address, asked):
        found = desk().manifest(f"{address}/me/app:1")
        assert found.media_type == "x/y"
        assert [method for method, _, _ in asked] == ["HEAD", "GET"]


def test_a_404_is_absence_only_when_a_registry_says_it() -> None:
    with serving(lambda *_: (404, {"Docker-Distribution-Api-Version": "registry/2.0"})) as (
        address,
        asked,
    ):
        assert isinstance(trouble(desk(), address), AbsentError)
        assert len(asked) == 1
    with serving(lambda *_: (404, {"body": "not this site"})) as (address, _):
        assert trouble(desk(), address).reason is Reason.REGISTRY_UNREACHABLE


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_could_not_look(status: int) -> None:
    with serving(lambda *_: (status, {})) as (address, _):
        error = trouble(desk(login_to("other.example")), address)
        assert isinstance(error, UnavailableError)
        assert error.reason is Reason.DENIED


def test_basic_authentication_with_the_instructors_login() -> None:
    def answer(_method: str, _path: str, authorization: str) -> Reply:
        if authorization == BASIC:
            return held()
        return 401, {"WWW-Authenticate": 'Basic realm="lab"'}

    with serving(answer) as (address, asked):
        assert desk(login_to(address)).manifest(f"{address}/me/app:1").digest == DIGEST
        assert [authorization for _, _, authorization in asked] == ["", BASIC]
    with serving(answer) as (address, asked):
        other = desk(login_to("other.example"))
        assert trouble(other, address).reason is Reason.DENIED
        assert not any(authorization for _, _, authorization in asked)


def test_a_token_is_asked_for_with_the_login_and_used_without_it() -> None:
    def answer(_method: str, path: str, authorization: str) -> Reply:
        if path.startswith("/token"):
            return 200, {"body": json.dumps({"token": "abc" if authorization else "anonymous"})}
        if authorization.startswith("Bearer"):
            return held()
        host = f"http://127.0.0.1:{port}"
        return 401, {"WWW-Authenticate": f'Bearer realm="{host}/token",service="s"'}

    for known, token in (({}, "anonymous"), ("login", "abc")):
        with serving(answer) as (address, asked):
            port = address.partition(":")[2]
            env = login_to(address) if known else {}
            desk(env).manifest(f"{address}/me/app:1")
            assert [a for _, path, a in asked if "/token" in path] == [BASIC if known else ""]
            assert asked[-1][2] == f"Bearer {token}"


def test_logins_of_the_docker_command_are_used_for_their_registry_alone(tmp_path: Path) -> None:
    def answer(_method: str, _path: str, authorization: str) -> Reply:
        return held() if authorization else (401, {"WWW-Authenticate": "Basic realm=x"})

    with serving(answer) as (address, asked), serving(answer) as (other, asked_other):
        auth = base64.b64encode(b"teacher:pass:word").decode()
        text = json.dumps({"auths": {address: {"auth": auth}}})
        (tmp_path / "config.json").write_text(text, encoding="utf-8")
        asking = desk({"DOCKER_CONFIG": str(tmp_path)})
        assert asking.manifest(f"{address}/me/app:1").digest == DIGEST
        assert asked[-1][2] == BASIC
        assert trouble(asking, other).reason is Reason.DENIED
        assert not any(authorization for _, _, authorization in asked_other)


class Patient(Event):
    """Notes how long it is to wait, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0)
        return False


def test_retry_after_is_waited_for() -> None:
    count = itertools.count(1)

    def answer(*_: str) -> Reply:
        match next(count):
            case 1:
                return 429, {"Retry-After": "7"}
            case 2:
                return 429, {"Retry-After": formatdate(time.time() + 30, usegmt=True)}
        return held()

    with serving(answer) as (address, asked):
        patient = Patient()
        assert desk(stopping=patient).manifest(f"{address}/me/app:1").digest == DIGEST
        assert [round(seconds, -1) for seconds in patient.waits] == [10, 30]
        assert len(asked) == 3


def test_a_registry_that_wants_a_long_pause_is_left_alone_until_then() -> None:
    wait = str(int(PATIENCE_SECONDS) + 1)
    with serving(lambda *_: (429, {"Retry-After": wait})) as (address, asked):
        asking = desk()
        assert trouble(asking, address).reason is Reason.RATE_LIMITED
        assert trouble(asking, address).reason is Reason.RATE_LIMITED
        assert len(asked) == 1


def test_a_limit_without_a_time_is_told_at_once() -> None:
    with serving(lambda *_: (429, {})) as (address, asked):
        assert trouble(desk(), address).reason is Reason.RATE_LIMITED
        assert len(asked) == 1


def test_an_interruption_ends_waiting() -> None:
    stopping = Event()

    def answer(*_: str) -> Reply:
        stopping.set()
        return 429, {"Retry-After": "50"}

    with serving(answer) as (address, asked):
        assert trouble(desk(stopping=stopping), address).reason is Reason.RATE_LIMITED
        assert len(asked) == 1
