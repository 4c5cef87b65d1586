"""What a check is about: a container, picked by its name or Compose service, its image or both; or
an image.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from grader.check import (
    ImageReference,
    Part,
    Unproven,
    Verdict,
    absence,
    then_grade,
)
from grader.checking import instead
from grader.checking.crash import Runs, as_it_ended, last_words, state_part
from grader.checking.times import LONG_AGO
from grader.evidence import Evidence, that_tell
from grader.facts import Container, Event, Fact
from grader.messages import Message, msg
from grader.needs import ContainerNeed, EventsNeed, ImageNeed, LogsNeed, Need, Picked
from grader.reference import familiar
from grader.series import Seen, Series

ContainerName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$")]
"""A container's name as ``docker run --name`` takes it."""

ServiceName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]+$")]
"""A service's name as a Compose file takes it."""

ProjectName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""A project's name as ``name`` in a Compose file, or ``docker compose -p``, takes it."""


def image_subject(image: str) -> Message:
    """An image, in words."""
    return msg("image {image}", image=image)


def image_detail(image: str, id_: str) -> Message:
    """What was seen of an image, in words."""
    return msg("image {image} has the id {id}", image=image, id=id_[7:19])


def image_traces(evidence: Evidence, image: str) -> list[Seen[Event]]:
    """Events that tell that an image was there, oldest first."""
    traces = [
        *evidence.image_events("tag", "pull", "push", image=image),
        *evidence.events("create", "start", image=image),
    ]
    return sorted(traces, key=lambda seen: seen.at)


def renamed(evidence: Evidence, name: str | None) -> dict[str, Seen[Event]]:
    """Of containers that have another name than ``name`` by now, the event, by id."""
    latest = {event.fact.id: event for event in evidence.events("rename")}
    return {id_: event for id_, event in latest.items() if name and event.fact.name != name}


def run_again(name: str, option: str) -> Message:
    """The hint to replace a container by one that is run with ``option``."""
    return msg(
        "run `docker rm -f {name}`, and then run it again with `{option}`", name=name, option=option
    )


class ContainerSubject(BaseModel):
    """Fields that pick containers: ``name`` or ``service``, ``image``, or one of them with it.

    A ``service`` is one of Docker Compose, whose containers are named by Compose; ``project`` is
    the Compose project that it belongs to.
    """

    name: ContainerName | None = None
    image: ImageReference | None = None
    service: ServiceName | None = None
    project: ProjectName | None = None

    @model_validator(mode="after")
    def _picks_a_container(self) -> Self:
        if self.name is None and self.image is None and self.service is None:
            raise ValueError(msg("say which container: give its name, its image, or both"))
        if self.name and self.service:
            raise ValueError(msg("give either name or service, not both"))
        if self.project and not self.service:
            raise ValueError(msg("a project is of a Compose service: give the service, too"))
        return self

    @cached_property
    def subject(self) -> Message:
        """The container, in words."""
        if self.service is not None:
            return msg("the container of service {service}", service=self.service)
        if self.name is None:
            return msg("the container of image {image}", image=self.image)
        return msg("container {name}", name=self.name)

    @property
    def typed(self) -> str:
        """What stands for the container in a command to type."""
        if self.service is not None:
            return f"$(docker compose ps -aq {self.service})"
        return self.name or "CONTAINER"

    def run_options(self) -> Sequence[str]:
        """Options that ``docker run`` needs for such a container, besides ``-d`` and ``--name``."""
        return ()

    def run_command(self) -> str:
        """The command that starts such a container."""
        if self.service is not None:
            return "docker compose up -d"
        name = [f"--name {self.name}"] if self.name else []
        return " ".join(["docker run -d", *name, *self.run_options(), self.image or "IMAGE"])

    def subject_needs(self) -> list[Need[Fact]]:
        """What `containers`, `events` and `missing` look at."""
        needs: list[Need[Fact]] = [self.container_need, EventsNeed(**self.picked)]
        if self.image and (self.name or self.service):
            needs += [ContainerNeed(**self._whatever_image), ContainerNeed(image=self.image)]
            needs += [ImageNeed(image=self.image)]
        return needs

    @cached_property
    def picked(self) -> Picked:
        """The fields that pick such containers, as a need or `Evidence.events` takes them."""
        return Picked(name=self.name, image=self.image, service=self.service, project=self.project)

    @cached_property
    def container_need(self) -> ContainerNeed:
        """Such containers."""
        return ContainerNeed(**self.picked)

    @cached_property
    def _whatever_image(self) -> Picked:
        return Picked(name=self.name, image=None, service=self.service, project=self.project)

    def containers(self, evidence: Evidence) -> Series[Container]:
        """Every answer about such containers, whatever their image was called."""
        of = "containers", self.container_need
        return evidence.once(of, lambda: self._containers(evidence))

    def _containers(self, evidence: Evidence) -> Series[Container]:
        series = evidence.of(self.container_need)
        if series.found or self.image is None or (self.name is None and self.service is None):
            return series
        # While a variable was wrong, the rubric asked for another image of the same name; and what
        # is looked at before the events are read may be of an image whose id only they tell.
        named = evidence.of(ContainerNeed(**self._whatever_image))
        image, ids = familiar(self.image), evidence.told_image_ids(self.image)
        found, now = (
            tuple(s for s in seen if familiar(s.fact.image) == image or s.fact.image_id in ids)
            for seen in (named.found, named.now)
        )
        return series._replace(found=found, now=now, absent=None if now else series.absent)

    def events(self, evidence: Evidence, *actions: str) -> tuple[Seen[Event], ...]:
        """Events of such containers, oldest first, whatever they were called at the time."""
        events = evidence.once(("events", self.container_need), lambda: self._events(evidence))
        return that_tell(actions, events)

    def _events(self, evidence: Evidence) -> tuple[Seen[Event], ...]:
        if self.name is None and self.service is None:
            return evidence.events(**self.picked)
        ids = {seen.fact.id for seen in self.containers(evidence).found}
        named = {seen.seq for seen in evidence.events(**self.picked)}
        return tuple(seen for seen in evidence.events() if seen.seq in named or seen.fact.id in ids)

    def events_of(
        self, evidence: Evidence, container: str, *actions: str
    ) -> tuple[Seen[Event], ...]:
        """Those of `events` that are of the container of this id."""

        def by_id() -> dict[str, tuple[Seen[Event], ...]]:
            grouped: dict[str, list[Seen[Event]]] = {}
            for event in self.events(evidence):
                grouped.setdefault(event.fact.id, []).append(event)
            return {id_: tuple(events) for id_, events in grouped.items()}

        def of_it() -> tuple[Seen[Event], ...]:
            every = evidence.once(("events by id", self.container_need), by_id)
            return that_tell(actions, every.get(container, ()))

        return evidence.once(("events of", self.container_need, container, actions), of_it)

    def newest(self, evidence: Evidence, container: str) -> Seen[Container] | None:
        """The last sight of the container of this id."""

        def by_id() -> dict[str, Seen[Container]]:
            return {seen.fact.id: seen for seen in reversed(self.containers(evidence).found)}

        return evidence.once(("newest", self.container_need), by_id).get(container)

    @cached_property
    def logs_need(self) -> LogsNeed:
        """Such containers' logs: `state` quotes the last words of one that crashed."""
        return LogsNeed(**self.picked)

    def last_words(self, evidence: Evidence, container: Container) -> str:
        """The end of a container's log; empty where it was not seen."""

        def of_it() -> str:
            logs = (seen.fact for seen in evidence.of(self.logs_need).found)
            return next((last_words(log) for log in logs if log.container_id == container.id), "")

        return evidence.once(("last words", self.logs_need, container.id), of_it)

    def never_started(self, evidence: Evidence, container: Container) -> bool:
        """Whether it was only created, and no event tells that it started later."""
        if container.status != "created":
            return False
        return not self.events_of(evidence, container.id, "start")

    def state(self, evidence: Evidence, container: Container) -> Part:
        """Whether such a container was started and did not crash."""
        newest = self.newest(evidence, container.id)
        events = self.events_of(evidence, container.id)
        key = "runs", self.container_need, container.id
        runs = evidence.once(key, lambda: Runs.of(events))
        run = as_it_ended(container, newest.fact if newest else container, runs)
        part = state_part(
            run,
            lambda: self.last_words(evidence, container),
            by_hand=runs.ended_by_hand(run),
        )
        if not (self.never_started(evidence, container) and self._lost(evidence, container)):
            return part
        unseen = Unproven(
            message=msg(
                "{subject} was seen before its start, and then no more; keep `grade-lab watch` "
                "open in a second terminal, and do it again",
                subject=self.subject,
            ),
            hint=then_grade(self.run_command()),
        )
        return part._replace(unknown=unseen)

    def _lost(self, evidence: Evidence, container: Container) -> bool:
        """Whether such a container is gone, and its events may not all have been seen."""
        series = self.containers(evidence)
        if any(seen.fact.id == container.id for seen in series.now):
            return False
        last = self.newest(evidence, container.id)
        if last is None or not self.events_of(evidence, container.id, "destroy"):
            return True
        windows = evidence.event_window.found
        lost = (seen.at for seen in windows if not seen.fact.continues)
        return evidence.once("events lost", lambda: max(lost, default=LONG_AGO)) > last.at

    def missing(self, evidence: Evidence, *, now: bool = False) -> Verdict:
        """The verdict when no such container was found, with what else was found instead.

        What else there is contradicts nothing where events tell that such a container existed.
        """
        series = self.containers(evidence)
        existed = self.events(evidence, "create", "start")
        told = existed or series.unavailable
        if not told and self.image and (self.name or self.service):
            others = evidence.of(ContainerNeed(**self._whatever_image)).found
            if others:
                return self._of_other_image(evidence, others[0])
            others = evidence.of(ContainerNeed(image=self.image)).found
            named = evidence.events("create", "start", **self._whatever_image)
            if others and self.name and not named:
                return instead.other_name(others[0], self.image, self.name)
        hint = then_grade(self.run_command())
        return absence(series, self.subject, hint, existed=existed, now=now)

    def _of_other_image(self, evidence: Evidence, other: Seen[Container]) -> Verdict:
        wanted = self.image or ""
        never = evidence.of(ImageNeed(image=wanted)).absent and not evidence.image_ids(wanted)
        found = instead.unnamed_image if never else instead.other_image
        return found(other, self.subject, wanted, self.run_command())
