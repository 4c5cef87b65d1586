"""``removed``: a container, image, volume or network was there, and is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal, Self

from pydantic import model_validator

from grader.check import (
    Check,
    Failed,
    ImageReference,
    NonBlank,
    Passed,
    Proof,
    Unproven,
    Verdict,
    unavailable,
)
from grader.checking.elsewhere import last_seen_elsewhere
from grader.checking.subject import (
    ContainerName,
    ProjectName,
    ServiceName,
    image_subject,
    image_traces,
    renamed,
)
from grader.evidence import Evidence
from grader.facts import Container, Event, Fact
from grader.messages import Message, msg
from grader.needs import (
    ContainerNeed,
    EngineNeed,
    EventsNeed,
    ImageNeed,
    Need,
    NetworkNeed,
    VolumeNeed,
)
from grader.reference import familiar
from grader.series import Seen, Series


class Removed(Check):
    """It was seen before, and is gone now, from the same engine.

    Exactly one of ``container`` (a name), ``service`` (of Docker Compose, with its ``project`` or
    without), ``image`` (a reference), ``volume`` and ``network`` (names).
    """

    type: Literal["removed"]
    container: ContainerName | None = None
    image: ImageReference | None = None
    volume: NonBlank | None = None
    network: NonBlank | None = None
    service: ServiceName | None = None
    project: ProjectName | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if len(self._named) != 1:
            raise ValueError(msg("give exactly one of container, service, image, volume, network"))
        if self.project and not self.service:
            raise ValueError(msg("a project is of a Compose service: give the service, too"))
        return self

    @cached_property
    def _named(self) -> list[tuple[str, str]]:
        """What is named, by kind."""
        kinds = ("container", "service", "image", "volume", "network")
        return [(kind, name) for kind in kinds if (name := getattr(self, kind))]

    @cached_property
    def _need(self) -> Need[Fact]:
        match self._named[0]:
            case "container", name:
                return ContainerNeed(name=name)
            case "service", name:
                return ContainerNeed(service=name, project=self.project)
            case "image", name:
                return ImageNeed(image=name)
            case "volume", name:
                return VolumeNeed(volume=name)
            case _, name:
                return NetworkNeed(network=name)

    @cached_property
    def _subject(self) -> Message:
        match self._named[0]:
            case "container", name:
                return msg("container {name}", name=name)
            case "service", name:
                return msg("the container of service {service}", service=name)
            case "image", name:
                return image_subject(name)
            case "volume", name:
                return msg("volume {name}", name=name)
            case _, name:
                return msg("network {name}", name=name)

    @property
    def _command(self) -> str:
        kind, name = self._named[0]
        return "docker compose down" if kind == "service" else f"docker {kind} rm {name}"

    def needs(self) -> Iterable[Need[Fact]]:
        return [
            self._need,
            EngineNeed(),
            EventsNeed(
                name=self.container,
                image=self.image,
                service=self.service,
                project=self.project,
            ),
        ]

    def judge(self, evidence: Evidence) -> Verdict:
        series: Series[Fact] = evidence.of(self._need)
        if series.now:
            return self._still_there(series.now[0])
        lost = self._renamed(series, evidence)
        if lost:
            return lost
        made, gone = self._events(evidence)
        last: Seen[Fact] | None = max([*made, *series.found], key=lambda s: s.at, default=None)
        gone_since = [e for e in gone if last is None or e.at >= last.at]
        back = self._came_back(series, made, evidence)
        missed = series.absent and not (last and series.elsewhere(last))
        if (missed and (last or gone) and not back) or gone_since:
            return self._passed(series, made, gone)
        if back:
            return self._still_there(back)
        return self._not_seen_to_go(series, last)

    def _not_seen_to_go(self, series: Series[Fact], last: Seen[Fact] | None) -> Verdict:
        if series.unavailable:
            return unavailable(series)
        if last and series.elsewhere(last):
            return last_seen_elsewhere(last, self._subject, self._command)
        return Unproven(
            message=msg("nothing was seen of {subject}", subject=self._subject),
            hint=msg(
                "make it, run `grade-lab`, then run `{command}`, and then `grade-lab` again",
                command=self._command,
            ),
        )

    def _renamed(self, series: Series[Fact], evidence: Evidence) -> Verdict | None:
        """The verdict on a container that lost its name, and of whose removal nothing tells."""
        last = next((s.fact for s in series.found if isinstance(s.fact, Container)), None)
        rename = renamed(evidence, self.container).get(last.id) if last else None
        if rename is None or any(e.fact.id == rename.fact.id for e in evidence.events("destroy")):
            return None
        return Unproven(
            message=msg(
                "{subject} was renamed to {name}, and nothing tells that it was removed",
                subject=self._subject,
                name=rename.fact.name,
            ),
            proofs=(Proof.of(rename, f"docker rename … {rename.fact.name}"),),
            hint=msg(
                "run `{command}`, and then `grade-lab`",
                command=f"docker rm -f {rename.fact.name}",
            ),
        )

    def _events(self, evidence: Evidence) -> tuple[Sequence[Seen[Event]], Sequence[Seen[Event]]]:
        """Events that say that it was there, and that say that it went."""
        kind, name = self._named[0]
        if kind == "service":
            made = evidence.events("create", "start", service=name, project=self.project)
            return made, evidence.events("destroy", service=name, project=self.project)
        if kind != "image":
            made = evidence.events("create", "start", name=name, kind=kind)
            return made, evidence.events("destroy", name=name, kind=kind)
        # A container is made of an image by another name, and starts, also when this name is gone.
        traces = [
            seen
            for seen in image_traces(evidence, name)
            if seen.fact.type == "image"
            or (seen.fact.action == "create" and familiar(seen.fact.image) == familiar(name))
        ]
        images = [(seen.at, seen.fact.id) for seen in evidence.of(ImageNeed(image=name)).found]
        tagged = [(seen.at, seen.fact.id) for seen in traces if seen.fact.action == "tag"]
        _, latest = max([*images, *tagged], default=(None, ""))
        # An untag event may tell only an id, which another reference may still name; and of the
        # images that the reference named, an earlier one may be deleted alone.
        gone = [
            event
            for event in evidence.image_events("untag", "delete", image=name)
            if familiar(event.fact.name) == familiar(name)
            or (event.fact.action == "delete" and event.fact.id == latest)
        ]
        return traces, gone

    def _came_back(
        self, series: Series[Fact], made: Sequence[Seen[Event]], evidence: Evidence
    ) -> Seen[Event] | None:
        """The event that made it after the last look did not find it, and it has not gone since.

        An event is later than a look when both the clock and the journal say so: the engine's clock
        may differ, and events are also read from the engine's history.
        """
        looked_at = series.looked_at
        if looked_at is None:
            return None
        later = [event for event in made if event.seq > series.seq and event.at > looked_at]
        last = max(later, key=lambda event: event.at, default=None)
        if last and self.image:
            untags = evidence.image_events("untag", image=self.image)
            # One that tells a name has told of this one already, or is of another.
            if any(event.at >= last.at and not event.fact.name for event in untags):
                return None
        return last

    def _passed(
        self, series: Series[Fact], made: Sequence[Seen[Event]], gone: Sequence[Seen[Event]]
    ) -> Verdict:
        proofs = [Proof.of(seen, msg("it was there")) for seen in series.found[:1]]
        proofs += [Proof.of(event, event.fact.action) for event in (*made[-1:], *gone[-1:])]
        if series.absent and series.looked_at and series.strength:
            proofs.append(Proof(series.strength, "engine", series.looked_at, msg("it is gone")))
        message = msg("{subject} was there, and is gone", subject=self._subject)
        return Passed(message=message, proofs=tuple(proofs))

    def _still_there(self, seen: Seen[Fact]) -> Verdict:
        message = msg("{subject} is still there", subject=self._subject)
        hint = msg("run `{command}`, and then `grade-lab`", command=self._command)
        if isinstance(seen.fact, Container):
            if seen.fact.status != "created":
                message = msg("{subject} was stopped, but not removed", subject=self._subject)
            if seen.fact.running:
                message = msg("{subject} still runs", subject=self._subject)
                hint = msg(
                    "run `docker stop {name}`, then `{command}`, and then `grade-lab`",
                    name=seen.fact.name,
                    command=self._command,
                )
        proof = Proof.of(seen, msg("it is there"))
        return Failed(message=message, proofs=(proof,), hint=hint, pending=True)
