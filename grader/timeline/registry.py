"""The registry lane: login, push, pull."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from grader.evidence import Evidence
from grader.facts import Event
from grader.needs import ImageNeed, LoginNeed, ManifestNeed
from grader.reference import DOCKER_HUB, Moved, familiar
from grader.result import TimelineStep
from grader.series import Seen
from grader.timeline.steps import Events, step


def registry(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; a manifest in the registry tells of a push that no event tells of, as buildx's."""
    for login in evidence.needs(LoginNeed):
        found = evidence.of(login).found
        if found:
            registry = "" if login.registry == DOCKER_HUB else login.registry
            yield step("registry", found[-1].at, "docker login", registry, exact=False)
    moved = [e for e in events if e.fact.type == "image" and e.fact.action in {"push", "pull"}]
    pushed = Moved((e.fact.name, e.at) for e in moved if e.fact.action == "push")
    pulled = Moved((e.fact.name, e.at) for e in moved if e.fact.action == "pull")
    named = _named(events)
    for need in evidence.needs(ManifestNeed):
        manifests = evidence.of(need).found
        if not manifests or pushed.first(need.image):
            continue
        name, at, pull = familiar(need.image), manifests[-1].at, pulled.first(need.image)
        own = {seen.fact.id for seen in named.get(name, ()) if pull and seen.at < pull}
        if pull is None or not own.isdisjoint(_since(pull, evidence, need.image)):
            yield step("registry", min(at, pull or at), "docker push", name, exact=False)
    for seen in moved:
        yield step("registry", seen.at, "docker", seen.fact.action, seen.fact.name)


def _named(events: Events) -> Mapping[str, Sequence[Seen[Event]]]:
    """What was built or tagged here, by name."""
    named: dict[str, list[Seen[Event]]] = defaultdict(list)
    for seen in events:
        if seen.fact.action in {"tag", "build"}:
            named[familiar(seen.fact.name)].append(seen)
    return named


def _since(pull: datetime, evidence: Evidence, image: str) -> set[str]:
    """What is known as ``image`` since it was pulled: what was our own before, was pushed."""
    seen = evidence.of(ImageNeed(image=image)).found
    manifests = evidence.of(ManifestNeed(image=image)).found
    return {s.fact.id for s in seen if s.at >= pull} | {s.fact.digest for s in manifests}
