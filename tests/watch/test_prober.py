"""An app is asked from its start until it works; what it says on the way is told, once each."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any, cast

import pytest

from grader.collect.answer import UnavailableError
from grader.collect.client import Client
from grader.collect.docker_host import DockerHost
from grader.facts import HttpResponse, Reason
from grader.journal import Observation
from grader.needs import HttpNeed
from grader.watch import prober as module
from grader.watch.prober import Prober

SECONDS = 20.0
WEB, ADMIN = HttpNeed(name="web", port=80, deadline=0), HttpNeed(name="web", port=81, deadline=0)


class App:
    """An app on a port of this computer. It answers with these statuses, one after another."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.asked: Callable[[], None] = lambda: None
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        """Nobody listens on it yet."""

    def listen(self) -> None:
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for status in self.statuses:
            connection, _ = self._socket.accept()
            with connection:
                connection.recv(65536)
                self.asked()
                connection.sendall(f"HTTP/1.0 {status} X\r\n\r\n".encode())

    def close(self) -> None:
        self._socket.close()


class Engine:
    """In the place of a client: one container, with these ports of the app."""

    def __init__(self, ports: object) -> None:
        self.told: dict[str, Any] = {
            "Id": "c1",
            "State": {"Running": True},
            "NetworkSettings": {"Ports": ports},
        }
        self.gone = False
        self.host = DockerHost("127.0.0.1")

    def container(self, _: str) -> dict[str, Any]:
        if self.gone:
            raise UnavailableError(Reason.ENGINE_UNREACHABLE, "connection refused")
        return self.told


@pytest.fixture
def app() -> Iterator[App]:
    made = App()
    yield made
    made.close()


@pytest.fixture
def told() -> Queue[Observation]:
    return Queue()


def published(app: App) -> list[dict[str, str]]:
    return [{"HostIp": "127.0.0.1", "HostPort": str(app.port)}]


def asking(engine: Engine, told: Queue[Observation], *needs: HttpNeed) -> Prober:
    return Prober(cast("Client", engine), "c1", needs, engine.host, told.put)


def heard(told: Queue[Observation]) -> int | Reason | None:
    """The next answer's status, or why there is none."""
    seen = told.get(timeout=SECONDS)
    return HttpResponse.model_validate(seen.data).status if seen.data else seen.reason


def wait_for_its_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "http of c1":
            thread.join(SECONDS)
            assert not thread.is_alive()


def test_an_app_that_still_starts_is_asked_until_it_works(
    app: App, told: Queue[Observation]
) -> None:
    app.statuses = [503, 503, 200]
    app.listen()
    asking(Engine({"80/tcp": published(app)}), told, WEB)
    assert [heard(told) for _ in range(3)] == [503, 503, 200]
    wait_for_its_end()
    assert told.empty()


@pytest.mark.parametrize("is_certain", [True, False])
def test_silence_is_told_once_after_its_time_and_an_answer_still_counts(
    app: App, told: Queue[Observation], is_certain: bool
) -> None:
    engine = Engine({"80/tcp": published(app)})
    engine.host = DockerHost("127.0.0.1", is_certain=is_certain)
    asking(engine, told, WEB)
    assert heard(told) is Reason.NO_ANSWER
    app.statuses = [404]
    app.listen()
    assert heard(told) == 404
    wait_for_its_end()
    assert told.empty()


def test_trouble_of_an_app_that_is_being_ended_is_none(app: App, told: Queue[Observation]) -> None:
    app.statuses = [500]
    engine = Engine({"80/tcp": published(app)})
    begun = threading.Event()

    def ended() -> None:
        begun.wait(SECONDS)
        prober.stop()

    app.asked = ended
    app.listen()
    prober = asking(engine, told, WEB)
    begun.set()
    wait_for_its_end()
    assert told.empty()


def test_a_port_that_is_not_published_is_told_and_asked_no_more(
    app: App, told: Queue[Observation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BOUND_SECONDS", 0)
    app.statuses = [200]
    app.listen()
    asking(Engine({"80/tcp": published(app)}), told, ADMIN, WEB)
    assert [heard(told) for _ in range(2)] == [Reason.NOT_PUBLISHED, 200]
    wait_for_its_end()


def test_an_odd_port_costs_itself_only(app: App, told: Queue[Observation]) -> None:
    app.statuses = [200]
    app.listen()
    asking(Engine({"80/tcp": published(app), "81/tcp": [7]}), told, ADMIN, WEB)
    assert [heard(told) for _ in range(2)] == [Reason.ENGINE_ERROR, 200]
    wait_for_its_end()


def test_without_the_engine_it_is_not_known_where_to_ask(
    app: App, told: Queue[Observation]
) -> None:
    engine = Engine({"80/tcp": published(app)})
    app.asked = lambda: setattr(engine, "gone", True)
    app.statuses = [503]
    app.listen()
    asking(engine, told, WEB)
    assert heard(told) == 503
    wait_for_its_end()
    assert told.empty()
