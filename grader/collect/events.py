"""The engine's event history: read once, and of it what concerns the needs' subjects."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from grader.collect import event_shapes, shapes
from grader.collect.answer import UnavailableError
from grader.collect.client import Payload
from grader.collect.view import EngineView
from grader.facts import Event, EventWindow, Reason
from grader.reference import familiar

ENGINE_KEEPS = 256
"""Events that the engine keeps, over all types; older ones are gone."""
MAX_EVENTS = 2000
MAX_BYTES = 8 * 1024 * 1024
SECONDS = 10.0

Dated = tuple[datetime, Event]


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a rubric's events are about. ``containers`` and ``image_ids`` are ids."""

    names: AbstractSet[str] = frozenset()
    images: AbstractSet[str] = frozenset()
    containers: AbstractSet[str] = frozenset()
    image_ids: AbstractSet[str] = frozenset()
    resources: AbstractSet[str] = frozenset()

    def concerned(self, event: Event) -> bool:
        """Whether an event is about one of them."""
        if event.type == "image":
            return event.name in self.images or event.id in self.image_ids
        if event.type != "container":
            return event.name in self.resources
        if event.name in self.names or event.id in self.containers:
            return True
        # The steps of a classic build run in containers of the image so far, by its whole id.
        return not event.image.startswith("sha256:") and (
            familiar(event.image) in self.images
            or any(id_.startswith(f"sha256:{event.image}") for id_ in self.image_ids if event.image)
        )


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
    payloads = list(_payloads(view, _timestamp(until, ahead=podman)))
    times = sorted(map(event_shapes.time_of, payloads))
    window = EventWindow(
        count=len(payloads),
        oldest=times[0] if times else None,
        until=_parsed(until),
        evicted=len(payloads) >= ENGINE_KEEPS,
    )
    chosen = select(payloads, subjects, health_commands(view), podman=podman)
    return EventHistory(tuple(chosen), window)


def select(
    payloads: Sequence[Payload],
    subjects: Subjects,
    health: AbstractSet[str] = frozenset(),
    *,
    podman: bool = False,
) -> list[Dated]:
    """What concerns the subjects. ``health`` are commands that the engine itself executes."""
    dated = [
        (event_shapes.time_of(payload), event_shapes.event(payload, podman=podman), payload)
        for payload in payloads
    ]
    # An image that lost its name is told by id only: learn the ids from its earlier tags.
    ids = {event.id for _, event, _ in dated if event and event.name in subjects.images}
    known = replace(subjects, image_ids=(subjects.image_ids | ids) - {""})
    executions = {event_shapes.execution(payload) for payload in payloads}
    checks = {id_ for id_, command in executions if id_ and command in health}
    return sorted(
        (
            (at, event)
            for at, event, payload in dated
            if event and known.concerned(event) and event_shapes.execution(payload)[0] not in checks
        ),
        key=lambda one: one[0],
    )


def health_commands(view: EngineView) -> frozenset[str]:
    """The health checks of what this run has looked at; they show as executed commands, too."""
    return frozenset(_health_commands([*view.seen("image"), *view.seen("container")]))


def _health_commands(inspected: Iterable[Payload]) -> Iterator[str]:
    for payload in inspected:
        config = payload.get("Config") or {}
        kind, *words = (config.get("Healthcheck") or {}).get("Test") or [""]
        if kind == "CMD":
            yield " ".join(words)
        elif kind == "CMD-SHELL":
            yield " ".join([*(config.get("Shell") or ["/bin/sh", "-c"]), *words])


def _payloads(view: EngineView, until: str) -> Iterator[Payload]:
    """Past events. ``until`` ends the engine's answer; without it, it would wait for new ones."""
    deadline = time.monotonic() + SECONDS
    size = count = 0
    with view.client.stream("events", since=0, until=until) as pieces:
        for line in _lines(pieces):
            size += len(line)
            count += 1
            if count > MAX_EVENTS or size > MAX_BYTES or time.monotonic() > deadline:
                return
            payload = _object(line)
            if payload is not None:
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
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _timestamp(system_time: str, *, ahead: bool) -> str:
    """Seconds and their fraction. Podman cuts its newest events off, unless asked ahead."""
    time_ = (_parsed(system_time) or datetime.now(UTC)) + timedelta(seconds=int(ahead))
    return f"{int(time_.timestamp())}.{time_.microsecond:06d}"


def _parsed(system_time: str) -> datetime | None:
    try:
        time_ = datetime.fromisoformat(system_time)
    except ValueError:
        return None
    return time_ if time_.tzinfo else None
