"""Commands that show a container or an image, as the relay of ``grade-lab shell`` saw them.

Paths are those of the Docker Engine API's reference. A list shows what exists at that moment: when
that was is told by events and by what was seen. That a container was inspected proves nothing:
``docker exec``, ``docker logs`` and others do so on their way, and show none of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from grader.evidence import Evidence, Seen
from grader.facts import Call, Container, Event, Image
from grader.needs import CallsNeed
from grader.reference import familiar

CONTAINERS = CallsNeed(path="/containers/json")
IMAGES = CallsNeed(path="/images/json")
IMAGE = CallsNeed(path="/images/{name}/json")
LOGS = CallsNeed(path="/containers/{id}/logs")

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{4,64})")

Moment = tuple[datetime, bool]
"""When something was told to exist, or to be gone."""


def read_log(evidence: Evidence, names: Collection[str], ids: Collection[str]) -> Seen[Call] | None:
    """The call that showed the log of a container with one of these names or ids."""
    for seen in _answered(evidence, LOGS):
        asked = seen.fact.path.removeprefix("/containers/").removesuffix("/logs")
        if asked in names or _begins_one_of(asked, ids):
            return seen
    return None


def listed_container(
    evidence: Evidence, containers: Sequence[Seen[Container]], events: Sequence[Seen[Event]]
) -> Seen[Call] | None:
    """The call that listed one of these containers while it existed."""
    moments: dict[str, list[Moment]] = {}
    for seen in containers:
        times = [seen.at, seen.fact.created or seen.at]
        moments.setdefault(seen.fact.id, []).extend((at, True) for at in times)
    for event in events:
        there = event.fact.action != "destroy"
        moments.setdefault(event.fact.id, []).append((event.at, there))
    return _first_while_there(_answered(evidence, CONTAINERS), moments)


def listed_image(
    evidence: Evidence, reference: str, images: Sequence[Seen[Image]]
) -> Seen[Call] | None:
    """The call that listed the image of this reference, or inspected it."""
    moments: dict[str, list[Moment]] = {}
    for seen in images:
        times = [seen.at, seen.fact.last_tagged or seen.at]
        moments.setdefault(seen.fact.id, []).extend((at, True) for at in times)
    for event in evidence.image_events("tag", "build", "pull", "load", "delete", image=reference):
        there = event.fact.action != "delete"
        moments.setdefault(event.fact.id, []).append((event.at, there))
    listed = _first_while_there(_answered(evidence, IMAGES), moments)
    return listed or _inspected(evidence, reference, moments)


def _inspected(evidence: Evidence, reference: str, ids: Collection[str]) -> Seen[Call] | None:
    for seen in _answered(evidence, IMAGE):
        asked = seen.fact.path.removeprefix("/images/").removesuffix("/json")
        if familiar(asked) == familiar(reference) or _begins_one_of(asked, ids):
            return seen
    return None


def _answered(evidence: Evidence, need: CallsNeed) -> Iterator[Seen[Call]]:
    """The calls that showed something, oldest first."""
    return (
        seen
        for seen in reversed(evidence.of(need).found)
        if seen.fact.method == "GET" and 200 <= seen.fact.status < 300
    )


def _first_while_there(
    calls: Iterable[Seen[Call]], moments: Mapping[str, Sequence[Moment]]
) -> Seen[Call] | None:
    lives = [sorted(own) for own in moments.values()]
    return next((call for call in calls if any(_is_there(own, call.at) for own in lives)), None)


def _is_there(life: Sequence[Moment], at: datetime) -> bool:
    return next((there for when, there in reversed(life) if when <= at), False)


def _begins_one_of(asked: str, ids: Collection[str]) -> bool:
    match = _ID.fullmatch(asked)
    if match is None:
        return False
    return any(id_.removeprefix("sha256:").startswith(match[1]) for id_ in ids)
