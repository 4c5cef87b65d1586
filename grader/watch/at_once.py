"""What cannot wait for the recorder's turn: containers are inspected the moment they start."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from grader.collect.answer import NoAnswerError
from grader.collect.background import Background
from grader.collect.engine_answer import Payload
from grader.needs import HttpNeed, LogsNeed
from grader.watch.connection import Connection, Told
from grader.watch.interest import STATE, Interest
from grader.watch.lives import Lives, Subject

INSPECTED = 64
"""Containers whose inspect is remembered from their creation to their start."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A container as a connection's engine told it just after an event."""

    connection: Connection
    container: Payload


class AtOnce:
    """Looks at a container as soon as an event tells of it, and follows it if it runs.

    A container that lives for some milliseconds is asked for its log without another look: it was
    inspected when it was created. ``tell`` takes what was seen, by other threads.
    """

    def __init__(
        self, lives: Lives, interest: Callable[[], Interest], tell: Callable[[Seen], None]
    ) -> None:
        self._lives = lives
        self._interest = interest
        self._tell = tell
        self._inspected: OrderedDict[str, Payload] = OrderedDict()
        self._pool = Background(4, "at once")

    def hear(self, told: Told) -> None:
        """An event happened just now."""
        event = told.event
        if event.type != "container" or event.action not in STATE - {"destroy"}:
            return
        if event.action == "start" and (created := self._inspected.pop(event.id, None)):
            self.begin(told.connection, created)
        self._pool.submit(self._inspect, told)

    def begin(self, here: Connection, container: Payload) -> None:
        """Follow a container that runs."""
        asked = self._interest().asked_of(container)
        logs = [need for need in asked if isinstance(need, LogsNeed)]
        http = [need for need in asked if isinstance(need, HttpNeed)]
        self._lives.begin(Subject(here.client, here.host, container, logs, http))

    def close(self) -> None:
        """Look no more."""
        self._pool.close()

    def _inspect(self, told: Told) -> None:
        with suppress(NoAnswerError):  # it is gone already
            container = told.connection.client.container(told.event.id)
            if (container.get("State") or {}).get("Running"):
                self.begin(told.connection, container)
            elif told.event.action == "create":
                self._inspected[told.event.id] = container
                while len(self._inspected) > INSPECTED:
                    self._inspected.popitem(last=False)
            self._tell(Seen(told.connection, container))
