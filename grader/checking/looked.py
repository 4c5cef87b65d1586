"""Commands that show a container or an image, as the relay of ``grade-lab shell`` saw them.

Paths are those of the Docker Engine API's reference. A list shows what exists at that moment: when
that was is told by events and by what was seen. That a container was inspected proves nothing:
``docker exec``, ``docker logs`` and others do so on their way, and show none of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from grader.evidence import Evidence
from grader.facts import Call, Container, Event, Image
from grader.ids import Ids
from grader.needs import CallsNeed
from grader.reference import familiar
from grader.series import Seen

CONTAINERS = CallsNeed(path="/containers/json")
IMAGES = CallsNeed(path="/images/json")
IMAGE = CallsNeed(path="/images/{name}/json")
LOGS = CallsNeed(path="/containers/{id}/logs")

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{4,64})")

Moment = tuple[datetime, bool]
"""When something was told to exist, or to be gone."""


def read_log(evidence: Evidence, names: Collection[str], ids: Collection[str]) -> Seen[Call] | None:
    """The call that showed the log of a container with one of these names or ids."""
    known = Ids(ids)
    for seen in _answered(evidence, LOGS):
        asked = seen.fact.path.removeprefix("/containers/").removesuffix("/logs")
        if asked in names or _begins_one_of(asked, known):
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
    known = Ids(ids)
    for seen in _answered(evidence, IMAGE):
        asked = seen.fact.path.removeprefix("/images/").removesuffix("/json")
        if familiar(asked) == familiar(reference) or _begins_one_of(asked, known):
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
    changes = sorted(change for own in moments.values() for change in _changes(own))
    times = [at for at, _ in changes]
    there = [0, *accumulate(by for _, by in changes)]  # how many, before and after each change
    return next((call for call in calls if there[bisect_right(times, call.at)]), None)


def _changes(life: Iterable[Moment]) -> Iterator[tuple[datetime, int]]:
    """When one came to be there, or to be gone."""
    before = False
    for at, there in sorted(life):
        if there != before:
            yield at, 1 if there else -1
        before = there


def _begins_one_of(asked: str, ids: Ids) -> bool:
    match = _ID.fullmatch(asked)
    return match is not None and ids.beginning(match[1]) is not None
