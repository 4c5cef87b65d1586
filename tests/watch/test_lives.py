"""Which running containers are followed: as many as can be, each of their lives, to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event
from typing import Any, cast

import pytest

from grader.collect.client import Client
from grader.collect.docker_host import DockerHost
from grader.journal import Observation
from grader.needs import HttpNeed, LogsNeed
from grader.watch import lives as module
from grader.watch.lives import Lives, Subject
from tests.verify.machine import frame

SECONDS = 20.0
LOG, WEB = LogsNeed(name="web"), HttpNeed(name="web", port=80)


class Engine:
    """In the place of a client: each container writes a line, and ends when it is told to."""

    def __init__(self) -> None:
        self.asked: Queue[str] = Queue()
        self.ends: dict[str, Event] = {}

    @contextmanager
    def stream(self, _: str, id_: str, *__: str, **___: object) -> Iterator[Iterator[bytes]]:
        end = self.ends[id_] = Event()

        def log() -> Iterator[bytes]:
            yield frame(f"this is {id_}\n".encode())
            end.wait()

        self.asked.put(id_)
        yield log()

    def container(self, id_: str) -> dict[str, Any]:
        nobody = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "1"}]}
        return {"Id": id_, "State": {"Running": True}, "NetworkSettings": {"Ports": nobody}}


class Followed:
    """Lives, and what they tell."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.answers: Queue[Observation] = Queue()
        self.woken = Event()
        self.lives = Lives(self.answers.put, self.woken.set)

    def begin(self, id_: str, *, logs: bool = True, http: bool = False) -> None:
        self.lives.begin(
            Subject(
                cast("Client", self.engine),
                DockerHost("127.0.0.1"),
                {"Id": id_, "Config": {}},
                [LOG] if logs else [],
                [WEB] if http else [],
            )
        )

    def asked(self) -> str:
        return self.engine.asked.get(timeout=SECONDS)

    def end(self, id_: str) -> None:
        """The container ends, and its log after it."""
        self.lives.ended(id_)
        self.engine.ends[id_].set()
        assert self.woken.wait(SECONDS)
        self.woken.clear()

    def logs(self) -> list[str]:
        return [str((told.data or {})["stdout"]) for told in self.lives.logs()]


@pytest.fixture
def followed() -> Iterator[Followed]:
    made = Followed()
    yield made
    made.lives.stop()
    for end in made.engine.ends.values():
        end.set()


def test_no_more_are_followed_than_can_be_until_one_ends(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LIVES", 1)
    followed.begin("c1")
    assert followed.asked() == "c1"
    followed.begin("c2")
    assert not followed.lives.follows_log_of("c2")
    followed.end("c1")
    assert followed.logs() == ["this is c1\n"]
    followed.begin("c2")
    assert followed.asked() == "c2"
    assert followed.lives.follows_log_of("c2")


def test_of_whom_nothing_is_asked_is_not_followed(followed: Followed) -> None:
    followed.begin("c1", logs=False)
    assert not followed.lives.follows_log_of("c1")
    assert followed.engine.asked.empty()


def test_one_that_is_started_again_at_once_is_followed_again(followed: Followed) -> None:
    """`docker restart`: it starts before the end of its log was read."""
    followed.begin("c1")
    assert followed.asked() == "c1"
    followed.begin("c1")  # told twice of the same start
    followed.lives.ended("c1")
    followed.begin("c1")
    assert followed.engine.asked.empty()
    followed.end("c1")
    assert followed.logs() == ["this is c1\n"]
    assert followed.asked() == "c1"
    followed.end("c1")
    assert followed.logs() == ["this is c1\n"]
    assert followed.logs() == []


def test_once_all_is_to_end_no_app_is_asked_any_more(followed: Followed) -> None:
    before = set(threading.enumerate())
    followed.begin("c1", http=True)
    followed.begin("c2", logs=False, http=True)
    followed.begin("c3")
    asking = [one for one in set(threading.enumerate()) - before if one.name.startswith("http")]
    assert len(asking) == 2
    followed.lives.stop()
    for thread in asking:
        thread.join(SECONDS)
        assert not thread.is_alive()
    assert not followed.lives.follows_log_of("c1")
