"""``removed``: a container, image, volume or network was there, and is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from grader.evidence import Evidence, Seen, Series
from grader.facts import Container, Event, Fact
from grader.messages import Message, msg
from grader.needs import ContainerNeed, EventsNeed, ImageNeed, Need, NetworkNeed, VolumeNeed
from grader.reference import familiar
from grader.subject import ContainerName


class Removed(Check):
    """It was seen before, and is gone now. Exactly one of ``container`` (a name), ``image`` (a
    reference), ``volume`` and ``network`` (names).
    """

    type: Literal["removed"]
    container: ContainerName | None = None
    image: ImageReference | None = None
    volume: NonBlank | None = None
    network: NonBlank | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(bool(t) for t in (self.container, self.image, self.volume, self.network)) != 1:
            raise ValueError("give exactly one of container, image, volume, network")
        return self

    @property
    def _need(self) -> Need[Fact]:
        if self.container:
            return ContainerNeed(name=self.container)
        if self.image:
            return ImageNeed(image=self.image)
        if self.volume:
            return VolumeNeed(volume=self.volume)
        return NetworkNeed(network=self.network or "")

    @property
    def _subject(self) -> Message:
        if self.container:
            return msg("container {name}", name=self.container)
        if self.image:
            return msg("image {image}", image=self.image)
        if self.volume:
            return msg("volume {name}", name=self.volume)
        return msg("network {name}", name=self.network)

    def needs(self) -> Iterable[Need[Fact]]:
        yield self._need
        if self.container:
            yield EventsNeed(name=self.container)
        if self.image:
            yield EventsNeed(image=self.image)

    def judge(self, evidence: Evidence) -> Verdict:
        series: Series[Fact] = evidence.of(self._need)
        if series.now:
            return self._still_there(series)
        made, gone = self._events(evidence)
        last_there = max([s.at for s in made] + [s.at for s in series.found], default=None)
        gone_since = [e for e in gone if last_there is None or e.at >= last_there]
        if (series.absent and (last_there or gone)) or gone_since:
            return self._passed(series, made, gone)
        if series.unavailable:
            return unavailable(series)
        return Unproven(
            message=msg("nothing was seen of {subject}", subject=self._subject),
            hint=msg(
                "make it, run `grade-lab`, then run `{command}`, and then `grade-lab` again",
                command=self._command(),
            ),
        )

    def _events(self, evidence: Evidence) -> tuple[Sequence[Seen[Event]], Sequence[Seen[Event]]]:
        """Events that say that it was there, and that say that it went."""
        if self.container:
            return (
                evidence.events("create", "start", name=self.container),
                evidence.events("destroy", "remove", name=self.container),
            )
        if not self.image:
            return (), ()
        name = familiar(self.image)
        made = evidence.image_events("tag", "pull", "push", image=self.image)
        run = evidence.events("create", "start", image=self.image)
        # An untag event may tell only an id, which another reference may still name.
        gone = [
            event
            for event in evidence.image_events("untag", "delete", "remove", image=self.image)
            if event.fact.action == "delete" or familiar(event.fact.name) == name
        ]
        return (*made, *run), gone

    def _passed(
        self, series: Series[Fact], made: Sequence[Seen[Event]], gone: Sequence[Seen[Event]]
    ) -> Verdict:
        proofs = [Proof.of(seen, msg("it was there")) for seen in series.found[:1]]
        proofs += [Proof.of(event, event.fact.action) for event in (*made[-1:], *gone[-1:])]
        if series.absent and series.looked_at and series.strength:
            proofs.append(Proof(series.strength, "engine", series.looked_at, msg("it is gone")))
        message = msg("{subject} was there, and is gone", subject=self._subject)
        return Passed(message=message, proofs=tuple(proofs))

    def _still_there(self, series: Series[Fact]) -> Verdict:
        seen = series.now[0]
        message = msg("{subject} is still there", subject=self._subject)
        if isinstance(seen.fact, Container):
            if seen.fact.running:
                message = msg("{subject} still runs", subject=self._subject)
            else:
                message = msg("{subject} was stopped, but not removed", subject=self._subject)
        return Failed(
            message=message,
            proofs=(Proof.of(seen, msg("it is there")),),
            hint=msg("run `{command}`, and then `grade-lab`", command=self._command(seen.fact)),
        )

    def _command(self, there: Fact | None = None) -> str:
        if self.container:
            running = isinstance(there, Container) and there.running
            return f"docker rm {'-f ' if running else ''}{self.container}"
        if self.image:
            return f"docker image rm {self.image}"
        return (
            f"docker volume rm {self.volume}"
            if self.volume
            else f"docker network rm {self.network}"
        )
