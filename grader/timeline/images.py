"""The image lane: built, tagged, removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from grader.evidence import Evidence
from grader.facts import Image
from grader.needs import ImageNeed
from grader.reference import familiar
from grader.result import TimelineStep
from grader.series import Seen
from grader.timeline.steps import Events, short_id, step

MAX_NAMES = 10
"""That are told of one image."""


@dataclass(frozen=True, slots=True)
class _Naming:
    """An image got a name: at ``tagged``, or, if it is its first name, at ``built``.

    None where the engine does not tell: ``seen`` at the latest.
    """

    id: str
    name: str
    seen: datetime
    built: datetime | None
    tagged: datetime | None


def images(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; also the pull, in the registry lane, that only the image itself tells of."""
    pulled = {familiar(e.fact.name): e.at for e in reversed(events) if e.fact.action == "pull"}
    names: dict[str, dict[str, None]] = defaultdict(dict)  # each once, in their order
    namings = [
        _Naming(e.fact.id, familiar(e.fact.name), seen=e.at, built=e.at, tagged=e.at)
        for e in events
        if e.fact.type == "image" and e.fact.action in {"tag", "build"}
    ]
    known = {(naming.name, naming.id) for naming in namings}
    for need in evidence.needs(ImageNeed):
        name = familiar(need.image)
        for seen in reversed(evidence.of(need).found):
            if (name, seen.fact.id) in known:
                continue
            known.add((name, seen.fact.id))
            if name in pulled and pulled[name] <= seen.at:
                names[seen.fact.id][name] = None
            elif evidence.only_pulled(seen.fact):
                names[seen.fact.id][name] = None
                yield step("registry", seen.at, "docker pull", name, exact=False)
            else:
                image = seen.fact
                namings.append(_Naming(image.id, name, seen.at, image.built_at, image.last_tagged))
    for naming in sorted(namings, key=lambda n: min(n.built or n.tagged or n.seen, n.seen)):
        earlier = names[naming.id]
        if earlier and naming.name not in earlier:
            words, at = ["docker tag", next(iter(earlier)), naming.name], naming.tagged
        else:
            words, at = ["docker build -t", naming.name, "."], naming.built or naming.tagged
        earlier[naming.name] = None
        yield step("image", min(at or naming.seen, naming.seen), *words, exact=at is not None)
    yield from _image_removals(evidence, events, names)


def _image_removals(
    evidence: Evidence, events: Events, names: Mapping[str, Mapping[str, None]]
) -> Iterator[TimelineStep]:
    untags = [e for e in events if e.fact.type == "image" and e.fact.action == "untag"]
    # A removal is an untag, and a delete too where no name is left: one step.
    told = {e.fact.id for e in untags}
    removals = untags + [e for e in events if e.fact.action == "delete" and e.fact.id not in told]
    for seen in removals:
        known = list(islice(names.get(seen.fact.id, ()), MAX_NAMES + 1))
        if seen.fact.name:
            known = [familiar(seen.fact.name)]
        if len(known) == 1:
            yield step("image", seen.at, "docker image rm", known[0])
        else:
            id_, more = short_id(seen.fact.id), ", …" if len(known) > MAX_NAMES else ""
            detail = ", ".join(known[:MAX_NAMES]) + more
            yield step("image", seen.at, "docker image rm", id_, detail=detail)
    for need in evidence.needs(ImageNeed):
        series, name = evidence.of(need), familiar(need.image)
        if series.gone and series.looked_at and not _removed(removals, series.found[0], name):
            yield step("image", series.looked_at, "docker image rm", name, exact=False)


def _removed(removals: Events, last: Seen[Image], name: str) -> bool:
    return any(
        e.at >= last.at and (e.fact.id == last.fact.id or familiar(e.fact.name) == name)
        for e in removals
    )
