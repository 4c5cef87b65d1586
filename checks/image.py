"""``image``: an image under a reference, and what its configuration says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from grader.check import (
    Check,
    Failed,
    NonBlank,
    Part,
    Unproven,
    Verdict,
    judge_series,
    protocol_port,
    quote,
    told,
)
from grader.evidence import Evidence
from grader.facts import Fact
from grader.facts import Image as ImageFact
from grader.messages import msg
from grader.needs import EventsNeed, ImageNeed, Need
from grader.patterns import Pattern
from grader.units import Size


class LabelMatch(BaseModel):
    """A label's value by pattern (RE2)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    matches: Pattern


class Image(Check):
    """An image exists under ``image`` and its configuration is as stated.

    ``exposes`` lists ports (``8000`` or ``8000/tcp``); ``env`` names; ``max_size`` is a size such
    as ``200MB`` (1 MB = 1,000,000 bytes, as the docker command prints it); ``platform`` is
    ``os/arch``; ``when: now`` counts only the present.
    """

    type: Literal["image"]
    image: NonBlank
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
    when: Literal["now", "ever"] = "ever"

    @model_validator(mode="after")
    def _one_way_to_say_user(self) -> Self:
        if self.user and self.non_root:
            raise ValueError("give either user or non_root, not both")
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        return [ImageNeed(image=self.image), EventsNeed(image=self.image)]

    def judge(self, evidence: Evidence) -> Verdict:
        return judge_series(
            evidence.of(ImageNeed(image=self.image)),
            lambda image: list(self._parts(image)),
            subject=msg("image {image}", image=self.image),
            detail=lambda image: msg(
                "image {image} has the id {id}", image=self.image, id=image.id[7:19]
            ),
            missing=lambda: self._missing(evidence),
            now=self.when == "now",
        )

    def _missing(self, evidence: Evidence) -> Verdict:
        if evidence.image_events("tag", "pull", image=self.image):
            return Unproven(
                message=msg(
                    "image {image} existed, but was gone before it was looked at", image=self.image
                ),
                hint=msg("build it again and run grade-lab before you remove it"),
            )
        return Failed(
            message=msg("there is no image {image}", image=self.image),
            expected=self.image,
            hint=msg("docker build -t {image} .", image=self.image),
        )

    def _parts(self, image: ImageFact) -> Iterator[Part]:
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
                image.platform == self.platform,
                self.platform,
                image.platform,
                msg("docker build --platform {platform} …", platform=self.platform),
            )
        if self.max_size is not None:
            yield Part(
                image.size <= self.max_size,
                msg("at most {size} MB", size=self.max_size // 1_000_000),
                msg("{size} MB", size=round(image.size / 1_000_000)),
                msg("use a smaller base image, and keep with .dockerignore what is not needed out"),
            )

    def _labels(self, image: ImageFact) -> Iterator[Part]:
        for label, wanted in self.labels.items():
            value = image.labels.get(label)
            if isinstance(wanted, LabelMatch):
                holds = value is not None and wanted.matches.found_in(value)
                told = f"{label} ~ {wanted.matches}"
            else:
                holds, told = value == wanted, f"{label}={wanted}"
            yield Part(
                holds,
                msg("label {label}", label=told),
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
                yield Part(
                    actual == wanted,
                    f"{instruction} {told(wanted)}",
                    f"{instruction} {told(actual)}",
                )
        if self.non_root:
            yield Part(
                image.user.split(":")[0] not in {"", "0", "root"},
                msg("the process does not run as root"),
                f"USER {image.user or 'root'}",
                msg("add a `USER` instruction near the end of the Dockerfile and build again"),
            )
