"""When steps of a lab happened: from the engine's events, and from states that were seen.

A state tells only by when a step had happened. Such a bound comes from the clock of the computer
that looked, which may differ a little from the engine's, so it is widened by `SKEW`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

from grader.check import Proof
from grader.checking.execs import ran
from grader.checking.stops import Stop, stops
from grader.checking.subject import ContainerSubject, renamed
from grader.checking.times import LONG_AGO, SKEW
from grader.evidence import Evidence
from grader.facts import Event, Fact, Manifest
from grader.messages import Message, msg
from grader.needs import ImageNeed, ManifestNeed
from grader.series import Departure, Seen, Series

F = TypeVar("F", bound=Fact)

IMAGE_EVENTS = {
    "built": ("build", "tag", "load"),
    "tagged": ("tag", "load"),
    "pushed": ("push",),
    "pulled": ("pull",),
    "untagged": ("untag",),
    "removed": ("untag", "delete"),
}
"""What the engine's events call the steps of an image."""

CONTAINER_EVENTS = {
    "started": ("start",),
    "removed": ("destroy",),
}
"""What they call the steps of a container."""


class Moment(NamedTuple):
    """A step happened from ``earliest`` to ``latest``: it is known exactly when they are equal.

    ``container`` is the id of that which it was done to, and empty for an image.
    """

    earliest: datetime
    latest: datetime
    proof: Proof
    container: str = ""

    def after(self, time: datetime) -> datetime | None:
        """The earliest time from ``time`` on at which it can have happened."""
        return max(self.earliest, time) if time <= self.latest else None


def image_moments(did: str, image: str, step: Message, evidence: Evidence) -> list[Moment]:
    """When this was done to an image reference, as far as anything tells."""
    return _without_explained([*_of_image(did, image, step, evidence)])


def container_moments(
    did: str, subject: ContainerSubject, step: Message, evidence: Evidence
) -> list[Moment]:
    """When this was done to such a container, as far as anything tells."""
    return _without_explained([*_of_container(did, subject, step, evidence)])


def _without_explained(moments: list[Moment]) -> list[Moment]:
    """Leave out what is known vaguely where an exactly known moment accounts for it."""
    exact = [moment for moment in moments if moment.earliest == moment.latest]
    return [
        moment
        for moment in moments
        if moment.earliest == moment.latest
        or not any(
            moment.earliest <= known.latest <= moment.latest and moment.container == known.container
            for known in exact
        )
    ]


def _of_image(did: str, image: str, step: Message, evidence: Evidence) -> Iterator[Moment]:
    for event in evidence.image_events(*IMAGE_EVENTS[did], image=image):
        yield _at(event, event.at, step)
        if did == "built":  # it was there when another name was given to it, as by an earlier `-t`
            first = _first_named(evidence)[event.fact.id]
            if first.fact.name != event.fact.name:
                yield _at(first, first.at, step)
    series = evidence.of(ImageNeed(image=image))
    if did == "pushed":
        yield from _first_seen(evidence.of(ManifestNeed(image=image)), step)
    if did in {"untagged", "removed"}:
        yield from (_gone(went, step) for went in series.departures)
    for seen in series.found:
        fact = seen.fact
        if did == "built":
            created = fact.built_at
            yield _at(seen, created, step) if created else _by(seen, step)
        elif did == "tagged" and not evidence.only_pulled(fact):
            yield _by(seen, step, fact.last_tagged)
        elif did == "pulled" and evidence.only_pulled(fact):
            yield _by(seen, step)


def _first_named(evidence: Evidence) -> Mapping[str, Seen[Event]]:
    """By an image's id, the event by which it was first given a name."""

    def first() -> Mapping[str, Seen[Event]]:
        named = evidence.events(*IMAGE_EVENTS["built"], kind="image")
        return {event.fact.id: event for event in reversed(named)}

    return evidence.once("first named", first)


def _of_container(
    did: str, subject: ContainerSubject, step: Message, evidence: Evidence
) -> Iterator[Moment]:
    if did == "stopped":
        yield from (_of_stop(stop, step) for stop in stops(subject, evidence))
        return
    if did == "executed":
        yield from (_at(event, event.at, step, event.fact.id) for event in ran(subject, evidence))
        return
    for event in subject.events(evidence, *CONTAINER_EVENTS[did]):
        yield _at(event, event.at, step, event.fact.id)
    series = subject.containers(evidence)
    if did == "removed":
        elsewhere = renamed(evidence, subject.name)
        yield from (
            _gone(went, step, went.last.fact.id)
            for went in series.departures
            if went.last.fact.id not in elsewhere
        )
    for seen in series.found:
        container = seen.fact
        if did == "started" and container.started:
            yield _at(seen, container.started, step, container.id)


def _of_stop(stop: Stop, step: Message) -> Moment:
    seen, container = stop.seen, stop.seen.fact.id
    if stop.earliest == stop.latest:
        return _at(seen, stop.latest, step, container)
    proof = Proof(seen.strength, seen.source, stop.latest, _or_before(step))
    return Moment(max(stop.earliest, LONG_AGO + SKEW) - SKEW, stop.latest + SKEW, proof, container)


def _at(seen: Seen[F], time: datetime, step: Message, container: str = "") -> Moment:
    return Moment(time, time, Proof(seen.strength, seen.source, time, step), container)


def _by(seen: Seen[F], step: Message, time: datetime | None = None) -> Moment:
    """At the ``time`` that the engine tells, or before; without one, before it was seen."""
    proof = Proof(seen.strength, seen.source, time or seen.at, _or_before(step))
    return Moment(LONG_AGO, time or seen.at + SKEW, proof)


def _or_before(step: Message) -> Message:
    return msg("{step}, at this time or before", step=step)


def _first_seen(series: Series[Manifest], step: Message) -> Iterator[Moment]:
    if series.found:
        yield _by(series.found[-1], step)


def _gone(went: Departure[F], step: Message, container: str = "") -> Moment:
    last = went.last
    proof = Proof(last.strength, last.source, went.at, _or_before(step))
    return Moment(last.at - SKEW, went.at + SKEW, proof, container)
