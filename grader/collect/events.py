"""The engine's event history: read once, and of it what concerns the needs' subjects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from grader.collect import event_shapes, redact, shapes
from grader.collect.answer import UnavailableError
from grader.collect.client import Client
from grader.collect.engine_answer import Payload
from grader.collect.view import EngineView
from grader.facts import Event, EventWindow, Reason
from grader.ids import Ids
from grader.needs import ContainerNeed
from grader.reference import means, moves

ENGINE_KEEPS = 256
"""Events that the engine keeps, over all types; older ones are gone."""
MAX_EVENTS = 2000
MAX_BYTES = 8 * 1024 * 1024
SECONDS = 10.0
QUIET_SECONDS = 60.0

Dated = tuple[datetime, Event]


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a rubric's events are about. ``containers`` and ``image_ids`` are ids.

    ``services`` are those of Docker Compose, each with its project or None.
    """

    names: AbstractSet[str] = frozenset()
    images: AbstractSet[str] = frozenset()
    containers: AbstractSet[str] = frozenset()
    image_ids: AbstractSet[str] = frozenset()
    resources: AbstractSet[str] = frozenset()
    services: AbstractSet[tuple[str, str | None]] = frozenset()

    def concerned(self, event: Event) -> bool:
        """Whether an event is about one of them."""
        if event.type == "image":
            return self._concerned(event)
        if event.type != "container":
            return event.name in self.resources
        if event.name in self.names or event.id in self.containers:
            return True
        if {(event.service, event.project), (event.service, None)} & self.services:
            return True
        if any(means(event.image, image) for image in self.images):
            return True
        return Ids(self.image_ids).begun_by(event.image)

    def _concerned(self, of_image: Event) -> bool:
        if of_image.action == "load" and not of_image.name:  # whatever it is called, it may be ours
            return bool(self.images)
        named = of_image.name in self.images or of_image.id in self.image_ids
        moved = of_image.action in {"push", "pull"}
        return named or (moved and any(moves(of_image.name, image) for image in self.images))


@dataclass(frozen=True, slots=True)
class EventHistory:
    """The events that concern the subjects, oldest first, and how far back all events reached."""

    events: tuple[Dated, ...]
    window: EventWindow


def read(view: EngineView, subjects: Subjects) -> EventHistory:
    """The engine's history up to now.

    Raises:
        UnavailableError: the engine could not tell.
    """
    podman = shapes.is_podman(view.client.version())
    until = str(view.client.info().get("SystemTime") or "")
    payloads = list(_payloads(view, timestamp(until, ahead=podman)))
    times = sorted(map(event_shapes.time_of, payloads))
    window = EventWindow(
        count=len(payloads),
        oldest=times[0] if times else None,
        until=_parsed(until),
        evicted=len(payloads) >= ENGINE_KEEPS,
    )
    health = HealthChecks()
    health.learn(view)
    chosen = select(payloads, subjects, health, podman=podman)
    return EventHistory(tuple(chosen), window)


def follow(client: Client, since: str) -> Iterator[Payload]:
    """Events as they happen, from an instant on (seconds and their fraction).

    Raises:
        UnavailableError: the engine went away (`ENGINE_UNREACHABLE`), or told nothing for
            `QUIET_SECONDS` (`TIMEOUT`), which a connection that was cut silently does, too.
    """
    with client.stream("events", since=since, wait=QUIET_SECONDS) as pieces:
        for line in _lines(pieces):
            payload = _object(line)
            if payload is not None:
                yield payload


class HealthChecks:
    """Commands that the engine itself executes; they show as executed commands, too."""

    def __init__(self, commands: Iterable[str] = ()) -> None:
        self._commands = set(commands)
        self._executions: dict[str, None] = {}

    def learn(self, view: EngineView) -> None:
        """Know the health checks of what this view has looked at, and of what is recorded."""
        self.learn_of([*view.seen("image"), *view.seen("container")])
        for need in view.evidence.needs(ContainerNeed):
            found = view.evidence.of(need).found
            self._commands.update(seen.fact.health_test for seen in found if seen.fact.health_test)

    def learn_of(self, inspected: Iterable[Payload]) -> None:
        """Know the health checks of these images and containers."""
        self._commands.update(filter(None, map(shapes.health_test, inspected)))

    def caused(self, payload: Payload) -> bool:
        """Whether an event tells of a health check. Of an execution, only its start has words."""
        id_, command = event_shapes.execution(payload)
        if id_ and redact.command(command) in self._commands:
            self._executions[id_] = None
            if len(self._executions) > ENGINE_KEEPS:
                self._executions.pop(next(iter(self._executions)))
        return id_ in self._executions


class Selection:
    """Keeps, of the events that it is shown in their order, those that concern the subjects.

    ``subjects`` may be replaced as more is known of them. Health checks are left out.
    """

    def __init__(
        self, subjects: Subjects, health: HealthChecks | None = None, *, podman: bool = False
    ) -> None:
        self.subjects = subjects
        self.health = health or HealthChecks()
        self._podman = podman
        self._image_ids: set[str] = set()

    def keep(self, payload: Payload) -> Dated | None:
        """The event, with its time, if it is to be kept."""
        if self.health.caused(payload):
            return None
        event = event_shapes.event(payload, podman=self._podman)
        if event is None:
            return None
        if event.type == "image" and event.id and event.name in self.subjects.images:
            # Later it may be told by its id only: when it lost its name, or as a container's image.
            self._image_ids.add(event.id)
        known = replace(self.subjects, image_ids=self.subjects.image_ids | self._image_ids)
        return (event_shapes.time_of(payload), event) if known.concerned(event) else None


def select(
    payloads: Iterable[Payload],
    subjects: Subjects,
    health: HealthChecks | None = None,
    *,
    podman: bool = False,
) -> list[Dated]:
    """What concerns the subjects, oldest first."""
    selection = Selection(subjects, health, podman=podman)
    kept = map(selection.keep, sorted(payloads, key=event_shapes.time_of))
    return [dated for dated in kept if dated]


def _payloads(view: EngineView, until: str) -> Iterator[Payload]:
    """Past events. ``until`` ends the engine's answer; without it, it would wait for new ones."""
    size = count = 0
    with view.client.stream("events", seconds=SECONDS, since=0, until=until) as pieces:
        for line in _lines(pieces):
            size += len(line)
            count += 1
            if count > MAX_EVENTS or size > MAX_BYTES:
                return
            payload = _object(line)
            if payload is None or "Type" not in payload:
                raise UnavailableError(Reason.ENGINE_ERROR, "events of an unknown form")
            yield payload


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    buffer = b""
    for piece in pieces:
        *lines, buffer = (buffer + piece).split(b"\n")
        yield from filter(None, lines)
        if len(buffer) > MAX_BYTES:
            raise UnavailableError(Reason.TOO_LARGE, "an event without an end")
    if buffer.strip():
        yield buffer


def _object(line: bytes) -> Any:
    try:
        value = json.loads(line)
    except (RecursionError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def timestamp(system_time: str, *, ahead: bool = False) -> str:
    """Seconds and their fraction. Podman cuts its newest events off, unless asked ahead."""
    time_ = (_parsed(system_time) or datetime.now(UTC)) + timedelta(seconds=int(ahead))
    return f"{int(time_.timestamp())}.{time_.microsecond:06d}"


def _parsed(system_time: str) -> datetime | None:
    try:
        time_ = datetime.fromisoformat(system_time)
    except ValueError:
        return None
    return time_ if time_.tzinfo else None
