"""What is asked of the engine: each method is one request of the Docker Engine API.

Only reading ones exist here, so that collecting cannot change anything. They raise `AbsentError`
and `UnavailableError`.
"""

from __future__ import annotations

from grader.collect.connection import OF_REGISTRIES, Connection
from grader.collect.engine_answer import Payload, list_of_objects, object_with, odd


class Client(Connection):
    """The questions that collecting has."""

    def info(self) -> Payload:
        return self._object("info")

    def image(self, reference: str) -> Payload:
        return self._object("inspect_image", reference, has="Id")

    def manifests(self, index: str) -> list[Payload]:
        """The manifests of an image that is an index, by its id."""
        told = object_with("Id", self._json("images", index, "json", manifests=1))
        return list_of_objects(told.get("Manifests"))

    def history(self, reference: str) -> list[Payload]:
        """The steps that made an image, newest first."""
        steps = self._list("history", reference)
        if not steps:
            raise odd()
        return steps

    def container(self, name: str) -> Payload:
        return self._object("inspect_container", name, has="Id")

    def containers(self) -> list[Payload]:
        """All containers, running or not, in short form."""
        return self._list("containers", all=True)

    def changes(self, container: str) -> list[Payload]:
        """What differs between a container's file system and its image's."""
        return self._list("diff", container)

    def volume(self, name: str) -> Payload:
        return self._object("inspect_volume", name, has="Name")

    def network(self, name: str) -> Payload:
        return self._object("inspect_network", name, has="Name")

    def manifest(self, reference: str) -> Payload:
        """What the registry says of a reference; the engine asks it with the user's own login."""
        return self._object(OF_REGISTRIES, reference, has="Descriptor")
