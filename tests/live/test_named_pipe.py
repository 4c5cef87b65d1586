"""A real engine through the SDK's transport for named pipes, which is how Windows reaches it.

What is Windows' own below that transport is a stand-in: see `named_pipe`.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from threading import Thread
from time import time
from typing import Any

import docker
import docker.api.client
import pytest

from grader.collect.answer import UnavailableError
from grader.collect.client import Client
from grader.collect.endpoint import Endpoint
from grader.facts import Reason
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EventsNeed,
    EventWindowNeed,
    HttpNeed,
    ImageNeed,
    LogsNeed,
    Need,
)
from tests.live.conftest import Workshop
from tests.live.looking import look, serve
from tests.live.named_pipe import pywin32

TRANSPORT = ("docker.transport.npipesocket", "docker.transport.npipeconn")

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        not os.environ.get("DOCKER_HOST", "").startswith("unix://"),
        reason="the stand-in reaches an engine by its socket",
    ),
]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The engine's address, as that of a named pipe."""
    for name, module in pywin32().items():
        monkeypatch.setitem(sys.modules, name, module)
    for name in TRANSPORT:
        monkeypatch.delitem(sys.modules, name, raising=False)
    adapter = importlib.import_module(TRANSPORT[1]).NpipeHTTPAdapter
    monkeypatch.setattr(docker.api.client, "NpipeHTTPAdapter", adapter, raising=False)
    monkeypatch.setattr(docker.api.client, "IS_WINDOWS_PLATFORM", True)
    yield os.environ["DOCKER_HOST"].replace("unix://", "npipe://")
    for name in TRANSPORT:
        sys.modules.pop(name, None)


def test_the_same_is_seen_as_through_a_socket(
    workshop: Workshop, app: str, name: str, pipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(workshop, name, app)
    assert look(HttpNeed(name=name, port=8000)).one(HttpNeed(name=name, port=8000)).status == 200
    needs: list[Need[Any]] = [
        *(ImageNeed(image=app), ContainerNeed(name=name), LogsNeed(name=name)),
        *(EventsNeed(name=name), EventWindowNeed()),
        ContentNeed(image=app, path="/app"),
    ]
    by_socket = look(*needs)
    monkeypatch.setenv("DOCKER_HOST", pipe)
    by_pipe = look(*needs)
    assert {o.outcome for o in by_pipe.observations} == {"found"}
    lasting = [need for need in needs if not isinstance(need, EventWindowNeed)]
    assert [by_pipe.all(n) for n in lasting] == [by_socket.all(n) for n in lasting]


def test_events_are_followed_and_are_no_longer_waited_for_when_the_time_is_up(
    workshop: Workshop, app: str, name: str, pipe: str
) -> None:
    client = Client(Endpoint((pipe,)))
    client.version()
    starting = Thread(target=workshop.container, args=(name, app, ["true"]))
    told: list[bytes] = []
    with client.stream("events", wait=None, seconds=3, since=int(time())) as pieces:
        starting.start()
        with pytest.raises(UnavailableError) as caught:
            told.extend(pieces)
    starting.join()
    client.close()
    assert caught.value.reason is Reason.TIMEOUT
    assert f'"{name}"'.encode() in b"".join(told)


def test_a_pipe_that_nobody_serves_is_no_engine(pipe: str) -> None:
    client = Client(Endpoint((f"{pipe}.nosuch",)))
    with pytest.raises(UnavailableError) as caught:
        client.version()
    assert caught.value.reason is Reason.ENGINE_UNREACHABLE
