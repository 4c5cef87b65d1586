"""Commands that only look: they leave no event, and are seen by the relay of ``grade-lab shell``.

Paths are those of the Docker Engine API's reference.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from grader.evidence import Evidence
from grader.facts import Call
from grader.ids import Ids
from grader.needs import CallsNeed, ContainerNeed
from grader.result import Lane, TimelineStep
from grader.timeline.steps import AT_ONCE, Events, merged, short_id, step

_PATH = re.compile(r"/(containers|images)/(?:(.+)/)?(json|logs|top|stats|history)")
_LANES: Mapping[str, Lane] = {"images": "image", "containers": "container"}
_LISTS = {"containers": "ps", "images": "image ls"}
_PREFIX = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class _Look:
    """``docker VERB NAME``; lists have no name."""

    at: datetime
    kind: str
    verb: str
    name: str
    failed: bool

    def step(self) -> TimelineStep:
        return step(_LANES[self.kind], self.at, "docker", self.verb, self.name, failed=self.failed)


def calls(
    evidence: Evidence, events: Events, between: Sequence[datetime]
) -> Iterator[TimelineStep]:
    """The steps that calls tell; what repeats itself ``between`` other steps is told once."""
    repeated: dict[object, list[TimelineStep]] = defaultdict(list)
    for look in _without_preludes(_looks(evidence, events), events):
        stretch = bisect_right(between, look.at)
        repeated[stretch, look.kind, look.verb, look.name, look.failed].append(look.step())
    for same in repeated.values():
        yield merged(same) if len(same) > 1 else same[0]


def _looks(evidence: Evidence, events: Events) -> list[_Look]:
    """Every call that found what it asked for, oldest first."""
    names = _Names(evidence, events)
    found = (seen for need in evidence.needs(CallsNeed) for seen in evidence.of(need).found)
    looks: list[_Look] = []
    for at, call in sorted({(s.at, s.fact) for s in found}, key=_order):
        match = _PATH.fullmatch(call.path)
        if match is None or call.method != "GET" or call.status == HTTPStatus.NOT_FOUND:
            continue
        kind, subject, last = match.groups()
        if subject or last == "json":
            verb = "inspect" if last == "json" else last
            looks.append(
                _Look(
                    at,
                    kind,
                    verb if subject else _LISTS[kind],
                    names.of(subject) if subject else "",
                    failed=call.status >= HTTPStatus.BAD_REQUEST,
                )
            )
    return looks


def _order(dated: tuple[datetime, Call]) -> tuple[datetime, str, str, int]:
    at, call = dated
    return at, call.path, call.method, call.status


def _without_preludes(looks: Sequence[_Look], events: Events) -> list[_Look]:
    """Without the inspections that ``docker logs``, ``docker exec`` and others begin with."""
    executed = [
        _Look(seen.at, "containers", "exec", seen.fact.name, failed=False)
        for seen in events
        if seen.fact.action == "exec_start"
    ]
    inspected: dict[str, _Look] = {}
    preludes: set[int] = set()
    for look in sorted([*looks, *executed], key=lambda look: look.at):
        if look.kind != "containers":
            continue
        if look.verb == "inspect":
            inspected[look.name] = look
        elif (prelude := inspected.pop(look.name, None)) and look.at - prelude.at <= AT_ONCE:
            preludes.add(id(prelude))
    return [look for look in looks if id(look) not in preludes]


class _Names:
    """The names of containers, which a call may tell by id."""

    def __init__(self, evidence: Evidence, events: Events) -> None:
        self._by_id = {
            seen.fact.id: seen.fact.name
            for need in evidence.needs(ContainerNeed)
            for seen in evidence.of(need).found
        }
        self._by_id |= {
            event.fact.id: event.fact.name
            for event in events
            if event.fact.type == "container" and event.fact.name
        }
        self._told = {name: name for name in self._by_id.values()}
        self._ids = Ids(self._by_id)

    def of(self, told: str) -> str:
        """The name of what was told by name, id or the beginning of an id."""
        if told not in self._told:
            id_ = self._ids.beginning(told) if _PREFIX.fullmatch(told) else None
            self._told[told] = self._by_id.get(id_ or "") or short_id(told)
        return self._told[told]
