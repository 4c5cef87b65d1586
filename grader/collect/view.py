"""What a run asks of the engine: each question once, however many needs it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import RLock
from typing import Any, TypeVar

from grader import facts
from grader.collect import logs, shapes
from grader.collect.answer import AbsentError, NoAnswerError
from grader.collect.client import Client
from grader.collect.docker_host import DockerHost, docker_host
from grader.collect.engine_answer import Payload
from grader.evidence import Evidence
from grader.facts import Reason
from grader.needs import OfContainers
from grader.reference import familiar

MAX_MATCHES = 3
"""Of more containers of one image, only the newest are looked at."""

PODMAN_SETS = frozenset(("HOME", "HOSTNAME", "TERM", "container"))
"""Variables that Podman gives to every container."""

T = TypeVar("T")


def is_of_service(labels: Payload, need: OfContainers[facts.Fact]) -> bool:
    """Whether a container with these labels is of the Compose service that a need names, if any."""
    service = shapes.label(labels, shapes.COMPOSE_SERVICE)
    project = shapes.label(labels, shapes.COMPOSE_PROJECT)
    return need.service in {None, service} and need.project in {None, project}


class EngineView:
    """The engine as one run sees it; asked by name, never by listing images.

    Every method raises `AbsentError` or `UnavailableError`, the same again when asked again.
    """

    def __init__(self, client: Client, evidence: Evidence) -> None:
        self.client = client
        self.evidence = evidence
        self._answers: dict[tuple[str, str], Any] = {}
        self._asking = RLock()  # it is asked from several threads

    def fact(self) -> facts.Engine:
        """The engine itself."""
        return shapes.engine(self.client.version(), self.info(), self.client.host)

    def info(self) -> Payload:
        return self._once(("info", ""), self.client.info)

    def host(self) -> DockerHost:
        """On what published ports are reached."""
        return self._once(("host", ""), lambda: docker_host(self.client.host, self.info))

    def image(self, reference: str) -> Payload:
        """The image under a reference, which with its tag cannot be taken for an id."""
        name = familiar(reference)
        found = self._once(("image", name), lambda: self.client.image(name))
        self._answers.setdefault(("image", shapes.image_id(found)), found)
        return found

    def image_fact(self, reference: str) -> facts.Image:
        """The image under a reference, with its history."""
        image = self.image(reference)
        id_ = shapes.image_id(image)
        history = self._once(("history", id_), lambda: self.client.history(id_))
        manifests: list[Payload] = []
        if shapes.is_index(image):
            manifests = self._once(("manifests", id_), lambda: self.client.manifests(id_))
        fact = shapes.image(image, history, manifests)
        if not shapes.is_podman(self.client.version()):
            return fact
        # It gives digests to images that no registry knows, and times of tags to none.
        return fact.model_copy(update={"digests": ()})

    def image_ids(self, reference: str) -> frozenset[str]:
        """The ids of the images that are, or ever were, under a reference."""
        known = self.evidence.image_ids(reference)
        try:
            return known | {shapes.image_id(self.image(reference))}
        except AbsentError:
            return known

    def containers(self, need: OfContainers[facts.Fact]) -> tuple[Payload, ...]:
        """The containers that a need is about; the newest last."""
        name, image = need.name, need.image
        if name is None:
            return tuple(self._searched(need))
        found = self._container(name)
        if shapes.name(found) != name:  # the engine also takes the beginning of an id
            raise AbsentError(Reason.NOT_THERE, f"no container is named {name}")
        if image is not None and not self.is_of(found, image):
            made_from = found.get("Config", {}).get("Image")
            raise AbsentError(Reason.NOT_THERE, f"{name} was made from {made_from}")
        if not is_of_service(shapes.labels(found), need):
            raise AbsentError(Reason.NOT_THERE, f"{name} is not of that Compose service")
        return (found,)

    def container_fact(self, container: Payload) -> facts.Container:
        """A container; where each of its variables comes from needs its image."""
        try:
            image = self._image_by_id(shapes.image_id(container, "Image"))
        except AbsentError:
            image = {}
        given = shapes.environment(image)
        if not shapes.is_podman(self.client.version()):
            return shapes.container(container, given)
        own = shapes.environment(container)
        given |= {name: own[name] for name in PODMAN_SETS & own.keys()}
        # It says of each container that nothing was attached.
        return shapes.container(container, given).model_copy(update={"detached": None})

    def logs(self, container: Payload) -> facts.Logs:
        """What a container wrote."""
        key = ("logs", str(container.get("Id")))
        return self._once(key, lambda: logs.read(self.client, container))

    def is_of(self, container: Payload, reference: str) -> bool:
        """Whether a container was made from the image that is, or ever was, under a reference."""
        made_from = familiar(str(container.get("Config", {}).get("Image")))
        ids = self.image_ids(reference)
        return made_from == familiar(reference) or shapes.image_id(container, "Image") in ids

    def seen(self, kind: str) -> Iterator[Payload]:
        """What this run has looked at so far of ``image`` or ``container``."""
        for (asked, _), answer in self._answers.items():
            if asked == kind and not isinstance(answer, NoAnswerError):
                yield answer

    def _image_by_id(self, id_: str) -> Payload:
        try:
            return self._once(("image", id_), lambda: self.client.image(id_))
        except AbsentError:
            self._answers.pop(("image", id_), None)  # it may be pulled again
            raise

    def _container(self, name: str) -> Payload:
        found = self._once(("container", name), lambda: self.client.container(name))
        self._answers.setdefault(("container", shapes.name(found)), found)
        self._answers.setdefault(("container", str(found.get("Id"))), found)
        return found

    def _searched(self, need: OfContainers[facts.Fact]) -> Iterator[Payload]:
        """The containers that are found in the list of all, by their image, service or both."""
        wanted = familiar(need.image) if need.image else None
        ids = self.image_ids(need.image) if need.image else frozenset()
        everything = self._once(("list", ""), self.client.containers)
        matches = [
            short
            for short in everything
            if is_of_service(short.get("Labels") or {}, need)
            and (
                wanted is None
                or familiar(str(short.get("Image"))) == wanted
                or shapes.image_id(short, "ImageID") in ids
            )
        ]
        # Those that were looked at by name come first: they cost no further call.
        matches.sort(key=lambda short: (self._knows(short), short.get("Created") or 0))
        matches = sorted(matches[-MAX_MATCHES:], key=lambda short: short.get("Created") or 0)
        found = 0
        for short in matches:
            try:
                yield self._container(str(short.get("Id")))
            except AbsentError:  # removed since it was listed
                continue
            found += 1
        if not found:
            sought = f"made from {need.image}" if need.image else f"of service {need.service}"
            raise AbsentError(Reason.NOT_THERE, f"no container is {sought}")

    def _knows(self, short: Payload) -> bool:
        return ("container", str(short.get("Id"))) in self._answers

    def _once(self, key: tuple[str, str], ask: Callable[[], T]) -> T:
        if key not in self._answers:  # what is known waits for nobody
            with self._asking:
                if key not in self._answers:
                    try:
                        self._answers[key] = ask()
                    except NoAnswerError as error:
                        self._answers[key] = error
        answer = self._answers[key]
        if isinstance(answer, NoAnswerError):
            raise answer
        return answer  # type: ignore[no-any-return] # stored under its own key
