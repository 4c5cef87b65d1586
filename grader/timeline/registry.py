"""The registry lane: login, push, pull."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence import Evidence
from grader.needs import LoginNeed, ManifestNeed
from grader.reference import DOCKER_HUB, familiar, moves
from grader.result import TimelineStep
from grader.timeline.steps import Events, step


def registry(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; a manifest in the registry tells of a push that no event tells of."""
    for login in evidence.needs(LoginNeed):
        found = evidence.of(login).found
        if found:
            registry = "" if login.registry == DOCKER_HUB else login.registry
            yield step("registry", found[-1].at, "docker login", registry, exact=False)
    moved = [e for e in events if e.fact.type == "image" and e.fact.action in {"push", "pull"}]
    for seen in moved:
        yield step("registry", seen.at, "docker", seen.fact.action, seen.fact.name)
    for need in evidence.needs(ManifestNeed):
        manifests = evidence.of(need).found
        if manifests and not any(moves(e.fact.name, need.image) for e in moved):
            name = familiar(need.image)
            yield step("registry", manifests[-1].at, "docker push", name, exact=False)
