"""``sequence``: the steps of a lab were done in a certain order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.check import (
    Check,
    Errored,
    ImageReference,
    Passed,
    Unproven,
    Verdict,
    failed_look,
    partial_or_failed,
)
from grader.checking.moments import Moment, container_moments, image_moments
from grader.checking.subject import (
    ContainerName,
    ContainerSubject,
    ProjectName,
    ServiceName,
)
from grader.checking.times import LONG_AGO
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import Message, msg
from grader.needs import EngineNeed, EventsNeed, EventWindowNeed, ImageNeed, ManifestNeed, Need

OF_CONTAINERS = {"started", "executed", "stopped"}
ENDINGS = {"stopped", "removed", "untagged"}

_TOLD: Mapping[str, Message] = {
    "built": msg("build of {subject}"),
    "tagged": msg("tag {subject}"),
    "pushed": msg("push of {subject}"),
    "pulled": msg("pull of {subject}"),
    "started": msg("start of {subject}"),
    "executed": msg("command in {subject}"),
    "stopped": msg("stop of {subject}"),
    "removed": msg("removal of {subject}"),
    "untagged": msg("removal of the tag {subject}"),
}


class Step(BaseModel):
    """One step: what was done, and to what.

    ``started``, ``executed`` (``docker exec``) and ``stopped`` are of a container, picked by
    ``name`` or ``service`` (of the Compose ``project``), ``image`` or both. ``removed`` is of a
    container when it has a ``name`` or ``service``, else of an ``image``. All others are of an
    ``image``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    did: Literal[
        "built",
        "tagged",
        "pushed",
        "pulled",
        "started",
        "executed",
        "stopped",
        "removed",
        "untagged",
    ]
    name: ContainerName | None = None
    image: ImageReference | None = None
    service: ServiceName | None = None
    project: ProjectName | None = None

    @model_validator(mode="after")
    def _has_its_subject(self) -> Self:
        named = self.name is not None or self.service is not None
        if self.did in OF_CONTAINERS | {"removed"}:
            if not named and self.image is None:
                raise ValueError(msg("'{did}' needs a name or an image", did=self.did))
        elif self.image is None or named:
            raise ValueError(
                msg("'{did}' is done to an image: give image, and no name", did=self.did)
            )
        return self

    @cached_property
    def container(self) -> ContainerSubject | None:
        """The container it is done to; None when it is done to an image."""
        if self.did in OF_CONTAINERS or self.name or self.service:
            return ContainerSubject(
                name=self.name, image=self.image, service=self.service, project=self.project
            )
        return None

    def needs(self) -> Iterable[Need[Fact]]:
        """What tells when it happened."""
        if self.did in ENDINGS:
            yield EngineNeed()
        if self.container:
            yield from self.container.subject_needs()
            return
        image = self.image or ""
        yield from (ImageNeed(image=image), EventsNeed(image=image))
        if self.did == "pushed":
            yield ManifestNeed(image=image)

    def moments(self, evidence: Evidence) -> list[Moment]:
        """When it can have happened."""
        if self.container:
            return container_moments(self.did, self.container, self.told, evidence)
        return image_moments(self.did, self.image or "", self.told, evidence)

    def could_not_look(self, evidence: Evidence) -> Errored | None:
        """The error when something that could tell more was out of reach."""
        return failed_look(self.needs(), evidence)

    @cached_property
    def told(self) -> Message:
        """The step in words."""
        subject = self.container.subject if self.container else self.image
        return Message(_TOLD[self.did].template, {"subject": subject})


class Sequence(Check):
    """The ``steps``, at least two, were done in this order. Other steps may come between them.

    A step that was done several times counts where it fits. ``stopped`` is what the check of that
    name takes for a stop. Times are those of the engine's events; where there is none, those of the
    image or container itself, or the look that first saw the outcome (for ``built``: when the image
    was created; for ``pushed``: when the registry was first seen to hold it; for ``removed``: when
    it was first seen to be gone). A step that came too early loses its share of the points. Steps
    of which nothing was seen leave the order unproven, and there are no points until all were seen.
    """

    type: Literal["sequence"]
    steps: Annotated[tuple[Step, ...], Field(min_length=2)]

    def needs(self) -> Iterable[Need[Fact]]:
        yield EventWindowNeed()
        for step in self.steps:
            yield from step.needs()

    def judge(self, evidence: Evidence) -> Verdict:
        seen = [(step, step.moments(evidence)) for step in self.steps]
        unseen = [step for step, moments in seen if not moments]
        done: list[tuple[Step, Moment]] = []
        now = LONG_AGO
        for step, moments in seen:
            if not moments:
                continue
            time, moment = _next(moments, now)
            if moment is None:
                verdict = self._too_early(step, moments, done, seen, whole=not unseen)
                error = step.could_not_look(evidence)
                if error is None:
                    return verdict
                return replace(error, share=verdict.ratio, proofs=verdict.proofs)
            done.append((step, moment))
            now = time
        proofs = tuple(moment.proof for _, moment in done)
        if not unseen:
            return Passed(message=msg("the steps were done in order"), proofs=proofs)
        for step in unseen:
            error = step.could_not_look(evidence)
            if error:
                return error
        return Unproven(
            message=msg("not seen: {steps}", steps=[step.told for step in unseen]),
            proofs=proofs,
            expected=self._order,
            hint=msg("do the steps in order, and run `grade-lab` after each of them"),
        )

    @property
    def _order(self) -> Message:
        return msg("in this order: {steps}", steps=[step.told for step in self.steps])

    def _too_early(
        self,
        step: Step,
        moments: list[Moment],
        done: list[tuple[Step, Moment]],
        seen: list[tuple[Step, list[Moment]]],
        *,
        whole: bool,
    ) -> Verdict:
        before, moment = done[-1]
        in_order = _longest(moments for _, moments in seen)
        return partial_or_failed(
            Fraction(in_order - 1, len(seen) - 1) if whole else Fraction(0),
            message=msg("too early, before {before}: {step}", before=before.told, step=step.told),
            proofs=(moment.proof, max(moments, key=lambda m: m.latest).proof),
            expected=self._order,
            hint=msg(
                "do it again, in this order: {before}, {step}; then run `grade-lab`",
                before=before.told,
                step=step.told,
            ),
        )


def _next(moments: Iterable[Moment], time: datetime) -> tuple[datetime, Moment | None]:
    """The first time from ``time`` on that one of these moments allows, and the moment."""
    possible = [(after, m) for m in moments if (after := m.after(time)) is not None]
    return min(possible, key=lambda found: (found[0], found[1].latest), default=(time, None))


def _longest(steps: Iterable[list[Moment]]) -> int:
    """How many of the steps, leaving some out, can have been done in order."""
    ends = [LONG_AGO]  # ends[n]: the earliest time by which n of the steps so far can be done
    for moments in steps:
        for count in reversed(range(len(ends))):
            time, moment = _next(moments, ends[count])
            if moment is None:
                continue
            if count + 1 == len(ends):
                ends.append(time)
            else:
                ends[count + 1] = min(ends[count + 1], time)
    return len(ends) - 1
