"""A GET of an app that may be slow, broken or hostile: real servers on this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import pytest

from grader.collect import http
from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.docker_host import DockerHost
from grader.facts import HttpResponse, Reason
from grader.needs import HttpNeed

Answer = Callable[[socket.socket], None]
HERE = DockerHost("127.0.0.1")


@contextmanager
def serving(*answers: Answer, family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    """A server that answers its first connections so, one after another, the last for ever."""
    with socket.create_server(("", 0), family=family) as server:

        def serve() -> None:
            for number in range(1000):
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    answers[min(number, len(answers) - 1)](connection)

        Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def says(text: str | bytes) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text.encode() if isinstance(text, str) else text)

    return answer


def reset(connection: socket.socket) -> None:
    """Accept and hang up, as the engine's proxy does while the app does not listen yet."""


def response(body: str = "hello", status: str = "200 OK", header: str = "X: y") -> Answer:
    length = len(body.encode())
    return says(f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{header}\r\n\r\n{body}")


def drip(head: str) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(head.encode())
        while True:
            connection.sendall(b"x")
            time.sleep(0.01)

    return answer


def a_container(port: int, ip: str = "0.0.0.0", **fields: Any) -> dict[str, Any]:
    ports = {"8000/tcp": [{"HostIp": ip, "HostPort": str(port)}]}
    return {
        "Id": "c1",
        "State": {"Running": True},
        "NetworkSettings": {"Ports": ports},
        "HostConfig": {"NetworkMode": "bridge"},
        **fields,
    }


def get(*containers: dict[str, Any], deadline: float = 5, host: DockerHost = HERE) -> HttpResponse:
    need = HttpNeed(name="web", port=8000, path="/health?x=1", deadline=deadline)
    return http.probe(need, containers, host)


def test_an_answer_is_told_with_its_url() -> None:
    with serving(response("안녕")) as port:
        found = get(a_container(port))
    assert (found.status, found.body, found.complete, found.attempts) == (200, "안녕", True, 1)
    assert found.url == f"http://127.0.0.1:{port}/health?x=1"
    assert found.container_id == "c1"


def test_an_app_that_is_not_ready_is_asked_again() -> None:
    with serving(reset, reset, response()) as port:
        found = get(a_container(port))
    assert found.status == 200
    assert found.attempts == 3


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "500 Internal Server Error"])
def test_any_answer_is_an_answer(status: str) -> None:
    with serving(response(status=status, header="Location: http://192.0.2.1/")) as port:
        assert get(a_container(port)).status == int(status[:3])


def test_silence_of_a_host_that_was_guessed_says_nothing() -> None:
    guessed = DockerHost("127.0.0.1", is_certain=False)
    with serving(response()) as port:
        assert get(a_container(port), host=guessed).status == 200
    with serving(reset) as port, pytest.raises(UnavailableError) as caught:
        get(a_container(port), deadline=0.2, host=guessed)
    assert caught.value.reason is Reason.NO_ANSWER


@pytest.mark.parametrize("answer", [reset, says("SSH-2.0-OpenSSH\r\n"), says(b"\0" * 100)])
def test_no_answer_until_the_deadline_is_absent(answer: Answer) -> None:
    with serving(answer) as port, pytest.raises(AbsentError) as caught:
        get(a_container(port), deadline=0.2)
    assert caught.value.reason is Reason.NO_ANSWER
    assert str(port) in caught.value.detail


def test_nothing_listens() -> None:
    with serving(reset) as port:
        pass
    with pytest.raises(AbsentError) as caught:
        get(a_container(port), deadline=0.2)
    assert caught.value.reason is Reason.NO_ANSWER


def test_a_large_answer_is_cut() -> None:
    with serving(response("x" * 500_000)) as port:
        found = get(a_container(port))
    assert len(found.body) == http.KEPT_BYTES
    assert not found.complete


def test_an_answer_without_end_is_cut_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ATTEMPT_SECONDS", 2.0)
    with serving(drip("HTTP/1.1 200 OK\r\n\r\n")) as port:
        found = get(a_container(port))
    assert found.status == 200
    assert not found.complete
    assert set(found.body) <= {"x"}


def test_headers_without_end_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ATTEMPT_SECONDS", 0.2)
    with serving(drip("HTTP/1.1 200 OK\r\nX: ")) as port, pytest.raises(AbsentError) as caught:
        get(a_container(port), deadline=0.3)
    assert caught.value.reason is Reason.NO_ANSWER


def test_a_secret_of_the_environment_is_masked() -> None:
    with serving(response("the token is hunter22")) as port:
        found = get(a_container(port, Config={"Env": ["API_TOKEN=hunter22"]}))
    assert found.body == "the token is ***"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    with serving(response()) as port:
        assert get(a_container(port)).status == 200


@pytest.mark.parametrize("containers", [[], [a_container(1, State={"Running": False})]])
def test_no_container_that_runs_is_told_at_once(containers: list[dict[str, Any]]) -> None:
    with pytest.raises(AbsentError) as caught:
        get(*containers, deadline=60)
    assert caught.value.reason is Reason.NOT_RUNNING


@pytest.mark.parametrize("ports", [{}, {"8000/tcp": None}, {"9000/tcp": [{"HostPort": "1"}]}])
def test_a_port_that_is_not_published_is_told_at_once(ports: dict[str, Any]) -> None:
    with pytest.raises(AbsentError) as caught:
        get(a_container(1, NetworkSettings={"Ports": ports}), deadline=60)
    assert caught.value.reason is Reason.NOT_PUBLISHED


@pytest.mark.parametrize(
    ("bindings", "machine", "address"),
    [
        ([("0.0.0.0", "80"), ("::", "80")], "127.0.0.1", ("127.0.0.1", 80)),
        ([("::", "80"), ("0.0.0.0", "81")], "127.0.0.1", ("127.0.0.1", 81)),
        ([("::", "80")], "127.0.0.1", ("::1", 80)),
        ([("127.0.0.1", "80")], "127.0.0.1", ("127.0.0.1", 80)),
        ([("0.0.0.0", "80")], "vm.example", ("vm.example", 80)),
        ([("", "")], "127.0.0.1", None),
    ],
)
def test_the_address_of_a_published_port(
    bindings: list[tuple[str, str]], machine: str, address: tuple[str, int] | None
) -> None:
    ports = {"8000/tcp": [{"HostIp": ip, "HostPort": port} for ip, port in bindings]}
    container = a_container(0, NetworkSettings={"Ports": ports})
    assert http.published(container, 8000, machine) == address


def test_on_the_hosts_network_the_port_is_the_containers_own() -> None:
    container = a_container(0, HostConfig={"NetworkMode": "host"}, NetworkSettings={"Ports": {}})
    assert http.published(container, 8000, "127.0.0.1") == ("127.0.0.1", 8000)
