"""Which needs an event makes worth a look. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from grader.collect import event_history, event_shapes, shapes
from grader.collect.engine_answer import Payload
from grader.collect.events import Subjects
from grader.collect.view import is_of_service
from grader.evidence import Evidence
from grader.facts import Event, Fact
from grader.needs import (
    OF_SUBMISSION,
    ContainerNeed,
    ContentNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    RegistryImageNeed,
    VolumeNeed,
)
from grader.reference import familiar, moves

STATE = event_shapes.KEPT["container"] - {"kill", "exec_start", "exec_die"}
"""Actions that change what a container's inspect tells."""

ATTACHING = frozenset(("start", "die"))
"""Actions with which a container joins its networks, or leaves them."""

GAINED = frozenset(("tag", "pull", "build", "load", "import"))
"""Actions that put an image under a name."""

BUILT = frozenset(("tag", "build", "load"))
"""Those of them that a build ends with."""

OfImage = ImageNeed | ContentNeed | ManifestNeed | RegistryImageNeed


@dataclass(frozen=True)
class Interest:
    """A rubric's needs, and what a journal knows of their subjects so far."""

    needs: tuple[Need[Fact], ...]
    evidence: Evidence

    @cached_property
    def subjects(self) -> Subjects:
        """What events have to be about to matter."""
        return event_history.recorded_subjects(self.needs, self.evidence)

    def asked_of(self, container: Payload) -> list[Need[Fact]]:
        """The needs that ask about an inspected container."""
        name, image_id = shapes.name(container), shapes.image_id(container, "Image")
        made_from = familiar(str((container.get("Config") or {}).get("Image") or ""))
        return [
            need
            for need in self.needs
            if isinstance(need, ContainerNeed | LogsNeed | HttpNeed)
            and need.name in {None, name}
            and is_of_service(shapes.labels(container), need)
            and (
                need.image is None
                or familiar(need.image) == made_from
                or image_id in self.evidence.image_ids(need.image)
            )
        ]

    def raised_by(self, event: Event) -> Iterable[Need[Fact]]:
        """The needs whose answers an event may have changed."""
        if event.type == "container":
            return self._of_container(event) if event.action in STATE else ()
        if event.type == "image":
            return self._of_image(event)
        return (
            need
            for need in self.needs
            if (isinstance(need, VolumeNeed) and need.volume == event.name)
            or (isinstance(need, NetworkNeed) and need.network == event.name)
        )

    def _of_container(self, event: Event) -> Iterator[Need[Fact]]:
        for need in self.needs:
            if isinstance(need, ContainerNeed | LogsNeed | HttpNeed):
                if event.action == "rename" or self._is_container(need, event):
                    yield need
            elif isinstance(need, NetworkNeed) and event.action in ATTACHING:
                yield need

    def _is_container(self, need: ContainerNeed | LogsNeed | HttpNeed, event: Event) -> bool:
        return (
            (need.name is not None and need.name == event.name)
            or (need.image is not None and familiar(need.image) == familiar(event.image))
            or (need.service is not None and need.service == event.service)
            or event.id in self.evidence.container_ids(need)
        )

    def _of_image(self, event: Event) -> Iterator[Need[Fact]]:
        for need in self.needs:
            if isinstance(need, LoginNeed):
                if event.action in {"push", "pull"}:
                    yield need
            elif isinstance(need, OF_SUBMISSION):
                if event.action in BUILT:  # what it was built from, before that changes
                    yield need
            elif (
                isinstance(need, OfImage)
                and self._is_image(need.image, event)
                and _may_have_changed(need, event.action)
            ):
                yield need

    def _is_image(self, reference: str, event: Event) -> bool:
        if event.action in {"push", "pull"} and moves(event.name, reference):
            return True
        if event.action == "load" and not event.name:  # it does not tell what it is called
            return True
        named = event.name == familiar(reference)
        return named or bool(event.id and event.id in self.evidence.image_ids(reference))


def _may_have_changed(need: OfImage, action: str) -> bool:
    if isinstance(need, ManifestNeed | RegistryImageNeed):
        return action == "push"
    return action in GAINED or (
        isinstance(need, ImageNeed) and action in {"untag", "delete", "push"}
    )
