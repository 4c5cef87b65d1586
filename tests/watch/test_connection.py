"""An engine's events: followed for as long as the connection is wanted, whatever they look like."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from threading import Event as Flag

import pytest

from grader.collect import events
from grader.collect.events import Selection, Subjects
from grader.evidence import Evidence
from grader.journal import EMPTY
from grader.watch.connection import Connection, Lost, Told
from tests.faults.engine import faulty_engine
from tests.faults.scripted import AT, CONTAINER

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SECONDS = 20.0
Say = Callable[[Mapping[str, object]], None]
Turn = Callable[[Say, Flag], None]
"""What an engine does when it is asked for events; takes what says one, and whether all is over."""


def event(second: int, action: str = "start", **fields: object) -> Mapping[str, object]:
    actor = {"ID": CONTAINER, "Attributes": {"name": "web", "image": "app:1"}}
    told = {"Type": "container", "Action": action, "Actor": actor}
    return {**told, "timeNano": (AT + second) * 10**9, **fields}


@contextmanager
def following(*turns: Turn) -> Iterator[tuple[Connection, Queue[Told | Lost], list[str]]]:
    """A connection whose events come turn by turn, each time that the engine is asked for them."""
    left = list(turns)

    def serve(connection: socket.socket, _: bytes, over: Flag) -> None:
        def say(payload: Mapping[str, object]) -> None:
            line = json.dumps(payload).encode() + b"\n"
            connection.sendall(b"%x\r\n%s\r\n" % (len(line), line))

        connection.sendall(HEAD)
        left.pop(0)(say, over)

    told: Queue[Told | Lost] = Queue()
    with faulty_engine("events", serve) as (host, asked):
        here = Connection({"DOCKER_HOST": host}, Evidence(EMPTY))
        here.follow(Selection(Subjects(names={"web"})), told.put)
        yield here, told, asked
        here.close()


def heard(told: Queue[Told | Lost]) -> str:
    """The action of the next event; empty when the engine is lost."""
    item = told.get(timeout=SECONDS)
    return item.event.action if isinstance(item, Told) else ""


def silence(_: Say, over: Flag) -> None:
    over.wait()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "QUIET_SECONDS", 1.5)


def test_events_go_on_after_a_long_silence(impatient: None) -> None:
    """A connection that was cut silently looks the same: it is asked anew from there on."""

    def begin(say: Say, over: Flag) -> None:
        say(event(1))
        over.wait()

    def go_on(say: Say, over: Flag) -> None:
        say(event(9, "die"))

    with following(begin, silence, go_on) as (_, told, asked):
        assert [heard(told) for _ in range(3)] == ["start", "die", ""]
        assert asked.count("events") == 3


@pytest.mark.parametrize(
    "odd",
    [{"Actor": "web"}, {"Actor": {"ID": 7}}, {"timeNano": "soon"}, {"Type": ["container"]}],
)
def test_an_odd_event_costs_itself_only(odd: Mapping[str, object]) -> None:
    def tell(say: Say, over: Flag) -> None:
        say(event(1, **odd))
        say(event(2, "die"))

    with following(tell) as (here, told, _):
        actions = list(iter(lambda: heard(told), ""))
        assert actions[-1] == "die"
        assert here.window().count == 2


def test_nothing_more_is_told_once_it_was_let_go() -> None:
    closed = Flag()

    def tell(say: Say, over: Flag) -> None:
        say(event(1))
        assert closed.wait(SECONDS)
        say(event(2, "die"))
        over.wait()

    with following(tell) as (here, told, _):
        assert heard(told) == "start"
        # One of an earlier test may still be ending.
        threads = [thread for thread in threading.enumerate() if thread.name == "events"]
        here.close()
        closed.set()
        for thread in threads:
            thread.join(SECONDS)
        assert threads
        assert not any(thread.is_alive() for thread in threads)
        assert told.empty()


def test_it_is_not_asked_again_once_it_was_let_go(impatient: None) -> None:
    begun = Flag()

    def silent(say: Say, over: Flag) -> None:
        begun.set()
        over.wait()

    with following(silent, silent) as (here, told, asked):
        assert begun.wait(SECONDS)
        here.close()
        assert heard(told) == ""
        assert asked.count("events") == 1
