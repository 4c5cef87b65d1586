"""What of a rubric's needs can be verified without the learner's computer. Pure.

A reproduction tells how an image works and what is in it. It never tells that somebody ran it, nor
how: so it answers no need for a container, a network or an event; and it tells of an image only
where the image is the learner's own work, as pushed, and not grade-lab's build.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.facts import Fact
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EnvFileNeed,
    HttpNeed,
    ImageNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    RegistryImageNeed,
)
from grader.reference import DOCKER_HUB, familiar, registry_of

OfImage = ImageNeed | ContentNeed
OfRun = HttpNeed | LogsNeed
OfRegistry = ManifestNeed | RegistryImageNeed


@dataclass(frozen=True, slots=True)
class Subject:
    """An image to reproduce, and what to find out by it.

    ``image`` is its reference; None where the rubric names none, and the submission's own build is
    meant. ``pushed`` tells whether the rubric expects a registry to hold it, ``local`` whether the
    name is one that only the learner's computer knows, whatever a registry has under it.
    """

    image: str | None
    pushed: bool
    local: bool
    of_image: tuple[OfImage, ...]
    of_run: tuple[OfRun, ...]

    @property
    def needs(self) -> tuple[OfImage | OfRun, ...]:
        """All that it is to answer."""
        return self.of_image + self.of_run

    @property
    def http(self) -> tuple[HttpNeed, ...]:
        return tuple(need for need in self.of_run if isinstance(need, HttpNeed))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask registries, what to reproduce, and the env files that a run is given."""

    of_registry: tuple[OfRegistry, ...]
    subjects: tuple[Subject, ...]
    env_files: tuple[str, ...]


def plan(needs: Iterable[Need[Fact]]) -> Plan:
    """The part of these needs that can be verified."""
    asked = list(needs)
    of_registry = tuple(need for need in asked if isinstance(need, OfRegistry))
    pushed = {familiar(need.image) for need in of_registry}
    built = {familiar(need.image) for need in asked if isinstance(need, ContentNeed)}
    whose = _Images(asked, pushed)
    grouped: dict[str | None, list[OfImage | OfRun]] = {}
    for need in asked:
        if isinstance(need, OfRun):
            if need.service and not need.image:  # one service of several, which need each other
                continue
            grouped.setdefault(whose.image_of(need), []).append(need)
        elif isinstance(need, OfImage) and familiar(need.image) in pushed:
            grouped.setdefault(familiar(need.image), []).append(need)
    return Plan(
        of_registry=of_registry,
        subjects=tuple(_subject(image, own, pushed, built) for image, own in grouped.items()),
        env_files=tuple(need.path for need in asked if isinstance(need, EnvFileNeed)),
    )


def _subject(
    image: str | None, needs: Sequence[OfImage | OfRun], pushed: set[str], built: set[str]
) -> Subject:
    return Subject(
        image=image,
        pushed=image in pushed,
        local=image is None or (image not in pushed and (image in built or _is_personal(image))),
        of_image=tuple(need for need in needs if isinstance(need, OfImage)),
        of_run=tuple(need for need in needs if isinstance(need, OfRun)),
    )


def _is_personal(image: str) -> bool:
    """Whether Docker Hub would have it under somebody's name, not among the official images."""
    return registry_of(image) == DOCKER_HUB and "/" in image


class _Images:
    """Which image a container is made from, as far as the rubric tells it anywhere."""

    def __init__(self, needs: Sequence[Need[Fact]], pushed: set[str]) -> None:
        self._by_name: dict[str, str] = {}
        of_containers: dict[str, None] = {}
        for need in needs:
            if isinstance(need, ContainerNeed | OfRun) and need.image:
                of_containers.setdefault(familiar(need.image))
                if need.name:
                    self._by_name.setdefault(need.name, familiar(need.image))
        # Where only one image can be meant, it is.
        candidates = list(of_containers) or sorted(pushed)
        self._only = candidates[0] if len(candidates) == 1 else None

    def image_of(self, need: OfRun) -> str | None:
        if need.image:
            return familiar(need.image)
        return self._by_name.get(need.name or "", self._only)
