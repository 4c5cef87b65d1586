"""``image``: an image under a reference, and what its configuration says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from grader.check import (
    Check,
    Failed,
    ImageReference,
    NonBlank,
    Part,
    Proof,
    Verdict,
    absence,
    judge_series,
    protocol_port,
    quote,
    then_grade,
    told,
)
from grader.checking import image_parts
from grader.checking.subject import image_detail, image_subject, image_traces
from grader.evidence import Evidence
from grader.facts import Event, Fact
from grader.facts import Image as ImageFact
from grader.messages import msg
from grader.needs import EventsNeed, ImageNeed, Need
from grader.patterns import Pattern
from grader.reference import familiar, repository_of
from grader.series import Seen
from grader.units import Size


class LabelMatch(BaseModel):
    """A label's value by a regular expression."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    matches: Pattern


class Image(Check):
    """An image exists under ``image`` and its configuration is as stated.

    ``exposes`` lists ports (``8000`` or ``8000/tcp``); ``env`` names; ``max_size`` is a size such
    as ``200MB`` (1 MB = 1,000,000 bytes, as the docker command prints it); ``smaller_than`` is
    another image that was seen; ``healthcheck: true`` wants a HEALTHCHECK; ``platform`` is
    ``os/arch`` or ``os/arch/variant``; ``when: now`` counts only the present.
    """

    type: Literal["image"]
    image: ImageReference
    labels: dict[str, str | LabelMatch] = {}
    exposes: tuple[str | int, ...] = ()
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    user: NonBlank | None = None
    non_root: Literal[True] | None = None
    env: tuple[NonBlank, ...] = ()
    workdir: NonBlank | None = None
    platform: NonBlank | None = None
    max_size: Size | None = None
    smaller_than: ImageReference | None = None
    healthcheck: Literal[True] | None = None
    when: Literal["now", "ever"] = "ever"

    @model_validator(mode="after")
    def _one_way_to_say_user(self) -> Self:
        if self.user and self.non_root:
            raise ValueError(msg("give either user or non_root, not both"))
        return self

    @property
    def _untagged(self) -> str:
        """What the image is called when the tag was left out of the command."""
        return f"{repository_of(self.image)}:latest"

    def needs(self) -> Iterable[Need[Fact]]:
        yield ImageNeed(image=self.image)
        yield EventsNeed(image=self.image)
        if familiar(self.image) != self._untagged:
            yield ImageNeed(image=self._untagged)
        if self.smaller_than is not None:
            yield ImageNeed(image=self.smaller_than)

    def judge(self, evidence: Evidence) -> Verdict:
        return judge_series(
            evidence.of(ImageNeed(image=self.image), reproduced=True),
            lambda image: list(self._parts(image, evidence)),
            subject=image_subject(self.image),
            detail=lambda image: image_detail(self.image, image.id),
            missing=lambda: self._missing(evidence),
            now=self.when == "now",
        )

    def _missing(self, evidence: Evidence) -> Verdict:
        series = evidence.of(ImageNeed(image=self.image))
        existed = image_traces(evidence, self.image)
        if not series.found and (untagged := self._without_tag(evidence, existed)):
            return Failed(
                message=msg(
                    "the image is there as {image}: the tag is missing", image=self._untagged
                ),
                proofs=(Proof.of(untagged, msg("it is there")),),
                expected=self.image,
                actual=self._untagged,
                hint=then_grade(f"docker tag {self._untagged} {self.image}"),
            )
        return absence(
            series,
            image_subject(self.image),
            then_grade(f"docker build -t {self.image} ."),
            existed=existed,
            now=self.when == "now",
        )

    def _without_tag(
        self, evidence: Evidence, existed: Sequence[Seen[Event]]
    ) -> Seen[ImageFact] | None:
        """The image that was made without the tag, since the one with the tag was last there."""
        found = evidence.of(ImageNeed(image=self._untagged)).found
        if not found or familiar(self.image) == self._untagged:
            return None
        if found[0].fact.id in evidence.image_ids(self.image):  # it had the tag, too
            return None
        made = found[0].fact.last_tagged
        since = not existed or (made is not None and made > existed[-1].at)
        return found[0] if since else None

    def _parts(self, image: ImageFact, evidence: Evidence) -> Iterator[Part]:
        yield Part(True, msg("image {image} exists", image=self.image))
        yield from self._labels(image)
        yield from self._instructions(image)
        if self.env:
            absent = [name for name in self.env if name not in image.env]
            yield Part(
                not absent,
                msg("environment: {names}", names=self.env),
                msg("not set: {names}", names=absent),
                msg("add an `ENV` instruction to the Dockerfile and build again"),
            )
        if self.platform is not None:
            yield Part(
                f"{image.platform}/".startswith(f"{self.platform}/"),  # arm64 may be arm64/v8
                self.platform,
                image.platform,
                then_grade(f"docker build --platform {self.platform} -t {self.image} ."),
            )
        if self.healthcheck:
            yield image_parts.healthcheck(self.image, image)
        if self.max_size is not None:
            yield image_parts.max_size(self.image, image, self.max_size)
        if self.smaller_than is not None:
            other = evidence.of(ImageNeed(image=self.smaller_than))
            yield image_parts.smaller_than(self.image, image, self.smaller_than, other)

    def _labels(self, image: ImageFact) -> Iterator[Part]:
        for label, wanted in self.labels.items():
            value = image.labels.get(label)
            if isinstance(wanted, LabelMatch):
                holds = value is not None and wanted.matches.found_in(value)
                stated = f"{label} ~ {wanted.matches}"
            else:
                holds, stated = value == wanted, f"{label}={wanted}"
            yield Part(
                holds,
                msg("label {label}", label=stated),
                msg("label {label} is {value}", label=label, value=value or msg("not set")),
                msg("add a `LABEL` instruction to the Dockerfile and build again"),
            )

    def _instructions(self, image: ImageFact) -> Iterator[Part]:
        for port in map(protocol_port, self.exposes):
            yield Part(
                port in image.exposes,
                f"EXPOSE {port}",
                f"EXPOSE {quote(image.exposes)}",
                msg("add `EXPOSE {port}` to the Dockerfile and build again", port=port),
            )
        stated = {
            "CMD": (self.command, image.command),
            "ENTRYPOINT": (self.entrypoint, image.entrypoint),
            "USER": (self.user, image.user or "root"),
            "WORKDIR": (self.workdir, image.workdir or "/"),
        }
        for instruction, (wanted, actual) in stated.items():
            if wanted is not None:
                line = f"{instruction} {told(wanted)}"
                yield Part(
                    actual == wanted,
                    line,
                    f"{instruction} {told(actual)}",
                    msg("write `{line}` in the Dockerfile and build again", line=line),
                )
        if self.non_root:
            yield Part(
                image.user.split(":")[0] not in {"", "0", "root"},
                msg("the process does not run as root"),
                f"USER {image.user or 'root'}",
                msg("add a `USER` instruction near the end of the Dockerfile and build again"),
                problem=msg(
                    "{subject} runs its process as root", subject=image_subject(self.image)
                ),
            )
