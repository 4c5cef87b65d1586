"""A container that lives for some milliseconds is followed by what was seen at its creation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Queue
from typing import Any, cast

import pytest

from grader.collect.answer import AbsentError
from grader.collect.docker_host import DockerHost
from grader.facts import Event, Reason
from grader.needs import LogsNeed
from grader.watch import at_once as module
from grader.watch.at_once import AtOnce, Seen
from grader.watch.connection import Connection, Told
from grader.watch.interest import Interest
from grader.watch.lives import Lives, Subject
from tests.factories import evidence_of

SECONDS = 20.0
LOG = LogsNeed(image="app:1")


@dataclass
class Engine:
    """In the place of a connection, and of lives: containers that there are, or were."""

    running: bool = False
    gone: bool = False
    host: DockerHost = field(default_factory=lambda: DockerHost("127.0.0.1"))
    followed: Queue[str] = field(default_factory=Queue)

    @property
    def client(self) -> Engine:
        return self

    def container(self, id_: str) -> dict[str, Any]:
        if self.gone:
            raise AbsentError(Reason.NOT_THERE, "No such container")
        config = {"Image": "app:1"}
        return {"Id": id_, "Name": f"/{id_}", "Config": config, "State": {"Running": self.running}}

    def begin(self, subject: Subject) -> None:
        self.followed.put(subject.id)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def seen() -> Queue[Seen]:
    return Queue()


@pytest.fixture
def at_once(engine: Engine, seen: Queue[Seen]) -> Iterator[AtOnce]:
    interest = Interest((LOG,), evidence_of())
    made = AtOnce(cast("Lives", engine), lambda: interest, seen.put)
    yield made
    made.close()


def told(engine: Engine, action: str, id_: str, kind: str = "container") -> Told:
    event = Event(type=kind, action=action, id=id_, image="app:1")
    return Told(cast("Connection", engine), datetime.now(UTC), event)


def test_one_that_is_gone_when_it_is_looked_at_is_still_followed(
    engine: Engine, seen: Queue[Seen], at_once: AtOnce
) -> None:
    at_once.hear(told(engine, "create", "c1"))
    assert seen.get(timeout=SECONDS).container["Id"] == "c1"
    assert engine.followed.empty()
    engine.gone = True
    at_once.hear(told(engine, "start", "c1"))
    assert engine.followed.get(timeout=SECONDS) == "c1"


def test_of_many_that_are_created_the_last_ones_are_remembered(
    engine: Engine, seen: Queue[Seen], at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "INSPECTED", 2)
    for id_ in ("c1", "c2", "c3"):
        at_once.hear(told(engine, "create", id_))
        seen.get(timeout=SECONDS)
    engine.running = True
    for id_ in ("c2", "c3"):
        at_once.hear(told(engine, "start", id_))
        seen.get(timeout=SECONDS)
    assert [engine.followed.get(timeout=SECONDS) for _ in range(4)] == ["c2", "c2", "c3", "c3"]
    at_once.hear(told(engine, "start", "c1"))
    assert seen.get(timeout=SECONDS).container["Id"] == "c1"
    assert engine.followed.get(timeout=SECONDS) == "c1"
    assert engine.followed.empty()  # by the look alone


@pytest.mark.parametrize(
    ("action", "kind"),
    [("destroy", "container"), ("exec_start: ls", "container"), ("tag", "image")],
)
def test_other_events_are_no_reason_to_look(
    engine: Engine, seen: Queue[Seen], at_once: AtOnce, action: str, kind: str
) -> None:
    at_once.hear(told(engine, action, "c1", kind))
    at_once.hear(told(engine, "create", "c2"))
    assert seen.get(timeout=SECONDS).container["Id"] == "c2"
    assert seen.empty()
