"""One unbroken connection to the engine, whose events a thread reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from threading import Thread

from grader.collect import event_shapes, events
from grader.collect.answer import NoAnswerError
from grader.collect.client import Client
from grader.collect.endpoint import resolve
from grader.collect.engine_answer import Payload
from grader.collect.events import Dated, Selection
from grader.collect.view import EngineView
from grader.evidence import Evidence
from grader.facts import Event, EventWindow, Reason
from grader.instant import shifted


@dataclass(frozen=True, slots=True)
class Told:
    """An event that matters, and when it happened, told over a connection."""

    connection: Connection
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Lost:
    """A connection broke: the engine went away."""

    connection: Connection


class Connection:
    """A connection to the engine that the docker command uses now.

    ``podman`` and ``tells_builds`` say what kind of engine it is: the containerd image store of
    some versions, and Podman, build images without an event.

    Raises:
        GradeLabError: the docker configuration cannot be used.
        UnavailableError: the engine does not answer.
    """

    def __init__(self, env: Mapping[str, str], evidence: Evidence) -> None:
        self.client = Client(resolve(env, sys.platform))
        self.view = EngineView(self.client, evidence)
        engine = self.view.fact()
        self.podman = engine.product == "Podman"
        self.tells_builds = not (self.podman or engine.containerd_store)
        self.host = self.view.host()
        system_time = str(self.view.info().get("SystemTime") or "")
        self._since = events.timestamp(system_time)
        self._began = datetime.now(UTC)
        self._ahead = timedelta(seconds=float(self._since)) - (self._began - event_shapes.EPOCH)
        self._count = 0
        self._closed = Flag()

    def follow(self, selection: Selection, tell: Callable[[Told | Lost], None]) -> None:
        """``tell`` takes each event since the connection was made that is selected, and its end."""
        Thread(target=self._follow, args=(selection, tell), daemon=True, name="events").start()

    def window(self) -> EventWindow:
        """How long all events were seen over this connection, by the engine's clock."""
        return EventWindow(
            count=self._count,
            oldest=shifted(self._began, self._ahead),
            until=shifted(datetime.now(UTC), self._ahead),
        )

    def close(self) -> None:
        """Let it go; nothing more is told."""
        self._closed.set()
        self.client.close()

    def _follow(self, selection: Selection, tell: Callable[[Told | Lost], None]) -> None:
        while not self._closed.is_set():
            try:
                for payload in events.follow(self.client, self._since):
                    if self._closed.is_set():
                        return
                    self._count += 1
                    self._since = event_shapes.just_after(payload) or self._since
                    if dated := _kept(selection, payload):
                        tell(Told(self, *dated))
                break
            except NoAnswerError as error:
                if error.reason is not Reason.TIMEOUT:
                    break
        tell(Lost(self))


def _kept(selection: Selection, payload: Payload) -> Dated | None:
    try:
        return selection.keep(payload)
    except (AttributeError, TypeError, ValueError):  # an odd event must not end the recording
        return None
