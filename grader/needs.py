"""Questions that checks ask of the world. A need is small, frozen and hashable.

A rubric's needs are the union over its checks, so each fact is asked once however many checks use
it, and nothing that no check needs is ever looked at.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Generic, Literal, TypedDict, TypeVar, get_args

from pydantic import Field

from grader import compose_facts, facts, file_facts
from grader.frozen import frozen

F_co = TypeVar("F_co", bound=facts.Fact, covariant=True)


@frozen
class Need(Generic[F_co]):
    """A question; ``answer`` is the type of fact that answers it."""

    answer: ClassVar[type[facts.Fact]]


@frozen
class EngineNeed(Need[facts.Engine]):
    """Which engine answers?"""

    answer = facts.Engine
    kind: Literal["engine"] = "engine"


@frozen
class ImageNeed(Need[facts.Image]):
    """The image under this reference."""

    answer = facts.Image
    kind: Literal["image"] = "image"
    image: str


class Picked(TypedDict):
    """The fields that pick containers."""

    name: str | None
    image: str | None
    service: str | None
    project: str | None


@frozen
class OfContainers(Need[F_co]):
    """About the containers that fit all of its fields: a name, the image reference that they were
    made from, a service of Docker Compose, and the Compose project that it belongs to.
    """

    name: str | None = None
    image: str | None = None
    service: str | None = None
    project: str | None = None

    @property
    def picked(self) -> Picked:
        """What picks them, for another need of the same containers."""
        return Picked(name=self.name, image=self.image, service=self.service, project=self.project)


@frozen
class ContainerNeed(OfContainers[facts.Container]):
    """Such containers themselves."""

    answer = facts.Container
    kind: Literal["container"] = "container"


@frozen
class LogsNeed(OfContainers[facts.Logs]):
    """The logs of the containers that a ``ContainerNeed`` of the same fields finds."""

    answer = facts.Logs
    kind: Literal["logs"] = "logs"


@frozen
class HttpNeed(OfContainers[facts.HttpResponse]):
    """The answer of such a container on the host port mapped to ``port``, within ``deadline`` s."""

    answer = facts.HttpResponse
    kind: Literal["http"] = "http"
    port: int
    path: str = "/"
    deadline: float = 10.0


@frozen
class ContentNeed(Need[file_facts.Tree]):
    """The files below ``path`` in the image, by hash."""

    answer = file_facts.Tree
    kind: Literal["content"] = "content"
    image: str
    path: str


@frozen
class ManifestNeed(Need[facts.Manifest]):
    """What the registry holds under this reference."""

    answer = facts.Manifest
    kind: Literal["manifest"] = "manifest"
    image: str


@frozen
class RegistryImageNeed(Need[facts.RegistryImage]):
    """The image that the registry holds under this reference, as anybody may read it there."""

    answer = facts.RegistryImage
    kind: Literal["registry-image"] = "registry-image"
    image: str


@frozen
class LoginNeed(Need[facts.Login]):
    """Whether the docker command line knows a login for this registry."""

    answer = facts.Login
    kind: Literal["login"] = "login"
    registry: str


@frozen
class VolumeNeed(Need[facts.Resource]):
    """The volume of this name."""

    answer = facts.Resource
    kind: Literal["volume"] = "volume"
    volume: str


@frozen
class NetworkNeed(Need[facts.Resource]):
    """The network of this name."""

    answer = facts.Resource
    kind: Literal["network"] = "network"
    network: str


@frozen
class EventsNeed(OfContainers[facts.Event]):
    """The engine's events about these containers or this image. In a journal: any event."""

    answer = facts.Event
    kind: Literal["events"] = "events"


@frozen
class EventWindowNeed(Need[facts.EventWindow]):
    """How far back the engine's event history reached. Asked with every ``EventsNeed``."""

    answer = facts.EventWindow
    kind: Literal["event-window"] = "event-window"


@frozen
class FileNeed(Need[file_facts.File]):
    """A file of the submission, by its path in it."""

    answer = file_facts.File
    kind: Literal["file"] = "file"
    path: str


@frozen
class EnvFileNeed(Need[file_facts.EnvNames]):
    """The names that an env file of the submission sets, without their values."""

    answer = file_facts.EnvNames
    kind: Literal["env-file"] = "env-file"
    path: str


@frozen
class ComposeNeed(Need[compose_facts.ComposeFile]):
    """What a Compose file of the submission says, by its path in it."""

    answer = compose_facts.ComposeFile
    kind: Literal["compose"] = "compose"
    path: str


@frozen
class TreeNeed(Need[file_facts.Tree]):
    """The files of the submission at or below ``path``, by hash."""

    answer = file_facts.Tree
    kind: Literal["tree"] = "tree"
    path: str


OF_SUBMISSION = (FileNeed, EnvFileNeed, ComposeNeed, TreeNeed)
"""What is answered by the files that are handed in, on whatever computer they lie."""


@frozen
class CallsNeed(Need[facts.Call]):
    """Calls of the docker command to the engine that leave no event, such as that of ``docker ps``.

    ``path`` is written as in the Engine API's reference, without the version:
    ``/containers/{id}/logs``. Answered by the relay of ``grade-lab shell`` alone.
    """

    answer = facts.Call
    kind: Literal["calls"] = "calls"
    path: str


AnyNeed = Annotated[
    EngineNeed
    | ImageNeed
    | ContainerNeed
    | LogsNeed
    | HttpNeed
    | ContentNeed
    | ManifestNeed
    | RegistryImageNeed
    | LoginNeed
    | VolumeNeed
    | NetworkNeed
    | EventsNeed
    | EventWindowNeed
    | FileNeed
    | EnvFileNeed
    | ComposeNeed
    | TreeNeed
    | CallsNeed,
    Field(discriminator="kind"),
]

COLLECTED: tuple[type[Need[facts.Fact]], ...] = get_args(get_args(AnyNeed)[0])
"""The needs that something answers."""
