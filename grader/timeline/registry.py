"""The registry lane: login, push, pull."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence import Evidence
from grader.needs import LoginNeed, ManifestNeed
from grader.reference import DOCKER_HUB, Moved, familiar
from grader.result import TimelineStep
from grader.timeline.steps import Events, step


def registry(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; a manifest in the registry tells of a push that no event tells of."""
    for login in evidence.needs(LoginNeed):
        found = evidence.of(login).found
        if found:
            registry = "" if login.registry == DOCKER_HUB else login.registry
            yield step("registry", found[-1].at, "docker login", registry, exact=False)
    moves = [e for e in events if e.fact.type == "image" and e.fact.action in {"push", "pull"}]
    for seen in moves:
        yield step("registry", seen.at, "docker", seen.fact.action, seen.fact.name)
    moved = Moved(seen.fact.name for seen in moves)
    for need in evidence.needs(ManifestNeed):
        manifests = evidence.of(need).found
        if manifests and not moved.has(need.image):
            name = familiar(need.image)
            yield step("registry", manifests[-1].at, "docker push", name, exact=False)
