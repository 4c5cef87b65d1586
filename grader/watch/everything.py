"""A recording of everything that is done from now on, where no rubric says what matters.

For whoever writes a rubric by doing the lab once. What was there before is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict

from grader.checking.copied import copied
from grader.checking.dockerfile import DockerfileError, parse
from grader.checking.mounts import is_anonymous
from grader.collect import shapes
from grader.collect.engine_answer import Payload
from grader.collect.events import Subjects
from grader.evidence import Evidence
from grader.facts import Event, Fact
from grader.journal_file import JournalFile
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EventsNeed,
    EventWindowNeed,
    FileNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    TreeNeed,
    VolumeNeed,
)
from grader.reference import familiar, is_reference, registry_of
from grader.submission import Submission
from grader.watch.interest import GAINED, Interest
from grader.watch.made_up import is_made_up
from grader.watch.recorder import Recorder
from grader.watch.session import Session
from grader.watch.status import State
from grader.watch.watching import GLANCE_SECONDS, running

DOCKERFILE = FileNeed(path="Dockerfile")
FROM_THE_START: tuple[Need[Fact], ...] = (
    EngineNeed(),
    EventWindowNeed(),
    DOCKERFILE,
    FileNeed(path=".dockerignore"),
)
MAKES = {"container": {"create"}, "volume": {"create"}, "network": {"create"}}
OF_IMAGES = GAINED | {"push"}
KEPT = (ImageNeed, ContentNeed, ManifestNeed, LoginNeed, TreeNeed, VolumeNeed, NetworkNeed)

Known = set[tuple[str, str]]
"""Objects by their type, and their id or name."""


@dataclass(frozen=True, slots=True)
class Made(Subjects):
    """What was made while the recording goes on. Events tell of it, and are remembered here."""

    made: Known = field(default_factory=set)

    def concerned(self, event: Event) -> bool:
        """Whether it is about something made since the start, or makes it."""
        if event.type == "container" and event.image.startswith("sha256:"):
            return False  # a step of a build
        if event.type == "volume" and is_anonymous(event.name):
            return False
        # A name may have been another container's before.
        names = {event.id} if event.type == "container" else {event.id, event.name}
        about = {(event.type, name) for name in names if name}
        if event.action in MAKES.get(event.type, OF_IMAGES):
            self.made.update(about)
        return bool(about & self.made)


@dataclass(frozen=True)
class Everything(Interest):
    """An interest in all that is ``made`` while the recording goes on."""

    made: Known = field(default_factory=set)

    @cached_property
    def subjects(self) -> Subjects:
        return Made(made=self.made)

    def asked_of(self, container: Payload) -> list[Need[Fact]]:
        if ("container", str(container.get("Id"))) not in self.made:
            return []
        fact = shapes.container(container, {})
        picked = _picked(fact.name, fact.image, fact.service)
        tcp = (p.container.removesuffix("/tcp") for p in fact.ports if p.container.endswith("/tcp"))
        ports = [int(port) for port in dict.fromkeys(tcp) if port.isascii() and port.isdecimal()]
        return [
            ContainerNeed(**picked),
            LogsNeed(**picked),
            *(HttpNeed(**picked, port=port) for port in ports),
        ]

    def raised_by(self, event: Event) -> Iterable[Need[Fact]]:
        about = dict.fromkeys((*self.needs, *self._about(event)))
        yield from Interest(tuple(about), self.evidence).raised_by(event)
        if event.type == "container" and event.action == "create" and is_reference(event.image):
            yield ImageNeed(image=familiar(event.image))
            # Where Dockerfile and image came in one go, it was not read when the image was named.
            yield from self._in_image(familiar(event.image))

    def _about(self, event: Event) -> Iterator[Need[Fact]]:
        match event.type:
            case "volume":
                yield VolumeNeed(volume=event.name)
            case "network":
                yield NetworkNeed(network=event.name)
            case "image" if is_reference(event.name):
                yield ImageNeed(image=event.name)
                yield ManifestNeed(image=event.name)
                yield LoginNeed(registry=registry_of(event.name))
                yield from self._in_image(event.name)
            case "container":
                picked = _picked(event.name, event.image, event.service)
                if picked["name"]:  # a look without a name would find other containers, too
                    yield ContainerNeed(**picked)
                    yield LogsNeed(**picked)

    def _in_image(self, image: str) -> Iterator[Need[Fact]]:
        for place, path in self._copied():
            yield TreeNeed(path=path)
            yield ContentNeed(image=image, path=place)

    def _copied(self) -> tuple[tuple[str, str], ...]:
        for seen in self.evidence.of(DOCKERFILE).now:
            try:
                return copied(parse(seen.fact.text or ""))
            except DockerfileError:
                break
        return ()


def interest() -> Callable[[tuple[Need[Fact], ...], Evidence], Interest]:
    """What makes an `Everything` of needs and evidence, time and again for one recording."""
    made: Known = set()

    def everything(needs: tuple[Need[Fact], ...], evidence: Evidence) -> Interest:
        if not made:  # an earlier recording of the same lab goes on
            for seen in reversed(evidence.of(EventsNeed()).found):
                Made(made=made).concerned(seen.fact)
        known = dict.fromkeys((*needs, *_known(evidence)))
        return Everything(tuple(known), evidence, made)

    return everything


def record(submission: Submission, session: Session, tell: Callable[[State], None]) -> bool:
    """Record until somebody asks to stop; False when another process records here.

    Raises:
        OSError: the journal's folder cannot be written.
    """
    with session.recording() as ours:
        if not ours:
            return False
        journal = JournalFile(submission.journal)
        recorder = Recorder(FROM_THE_START, submission.folder, journal, interest=interest())
        told: State | None = None
        with running(recorder.run) as still_runs:
            while still_runs() and not session.asked_to_stop:
                if recorder.state is not told:
                    told = recorder.state
                    session.tell(told)
                    tell(told)
                time.sleep(GLANCE_SECONDS)
    return True


def _known(evidence: Evidence) -> Iterator[Need[Fact]]:
    """What was recorded already, by name: it is looked at again after an interruption."""
    for kind in KEPT:
        yield from evidence.needs(kind)
    for image in evidence.needs(ImageNeed):
        yield EventsNeed(image=image.image)
    for need in evidence.needs(ContainerNeed):
        if need.name:
            yield need
            yield LogsNeed(name=need.name, image=need.image)
            yield EventsNeed(name=need.name, image=need.image)


class _Picked(TypedDict):
    name: str | None
    image: str | None
    service: str | None


def _picked(name: str, image: str, service: str) -> _Picked:
    """How a rubric would pick such a container: by its name, where a person gave it one."""
    if service:
        return _Picked(name=None, image=None, service=service)
    made_from = familiar(image) if is_reference(image) else None
    unnamed = made_from is not None and is_made_up(name)
    return _Picked(name=None if unnamed else name, image=made_from, service=None)
