"""The registry lane: login, push, pull."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from grader.evidence import Evidence
from grader.needs import ImageNeed, LoginNeed, ManifestNeed
from grader.reference import DOCKER_HUB, Moved, familiar, moves
from grader.result import TimelineStep
from grader.timeline.steps import Events, step


def registry(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; a manifest in the registry tells of a push that no event tells of, as buildx's."""
    for login in evidence.needs(LoginNeed):
        found = evidence.of(login).found
        if found:
            registry = "" if login.registry == DOCKER_HUB else login.registry
            yield step("registry", found[-1].at, "docker login", registry, exact=False)
    moved = [e for e in events if e.fact.type == "image" and e.fact.action in {"push", "pull"}]
    pulls = [e for e in moved if e.fact.action == "pull"]
    pulled = Moved(e.fact.name for e in pulls)
    pushed = Moved(e.fact.name for e in moved if e.fact.action == "push")
    for need in evidence.needs(ManifestNeed):
        manifests = evidence.of(need).found
        if not manifests or pushed.has(need.image):
            continue
        name, at, pull = familiar(need.image), manifests[-1].at, None
        if pulled.has(need.image):
            pull = next(seen.at for seen in pulls if moves(seen.fact.name, need.image))
        if pull is None or _pulled_what_was_here(evidence, events, need.image, pull):
            yield step("registry", min(at, pull or at), "docker push", name, exact=False)
    for seen in moved:
        yield step("registry", seen.at, "docker", seen.fact.action, seen.fact.name)


def _pulled_what_was_here(evidence: Evidence, events: Events, image: str, pull: datetime) -> bool:
    """Whether what was pulled had been built or tagged here: so it was pushed before."""
    name = familiar(image)
    naming = [e for e in events if e.fact.action in {"tag", "build"} and e.at < pull]
    own = {e.fact.id for e in naming if familiar(e.fact.name) == name}
    later = {seen.fact.id for seen in evidence.of(ImageNeed(image=image)).found if seen.at >= pull}
    later |= {seen.fact.digest for seen in evidence.of(ManifestNeed(image=image)).found}
    return not own.isdisjoint(later)
