"""``same_image``: several references name one image, as after ``docker tag``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import field_validator

from grader.check import (
    Check,
    Failed,
    ImageReference,
    Passed,
    Proof,
    Unproven,
    Verdict,
    then_grade,
    unavailable,
)
from grader.checking.digests import digests_of, digests_under
from grader.checking.subject import image_detail, image_subject
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import msg
from grader.needs import EventsNeed, ImageNeed, Need
from grader.reference import familiar


class SameImage(Check):
    """All ``images`` (two or more references) named the same image at some time."""

    type: Literal["same_image"]
    images: tuple[ImageReference, ...]

    @field_validator("images")
    @classmethod
    def _two_or_more(cls, images: tuple[str, ...]) -> tuple[str, ...]:
        if len({familiar(image) for image in images}) < max(len(images), 2):
            raise ValueError(msg("needs two or more different references"))
        return images

    def needs(self) -> Iterable[Need[Fact]]:
        for image in self.images:
            yield ImageNeed(image=image)
            yield EventsNeed(image=image)

    def judge(self, evidence: Evidence) -> Verdict:
        ids = {image: digests_under(image, evidence) for image in self.images}
        common = frozenset.intersection(*ids.values())
        if common:
            return Passed(
                message=msg("{images}: the same image", images=self.images),
                proofs=tuple(self._proofs(evidence, common)),
            )
        for image in self.images:
            series = evidence.of(ImageNeed(image=image))
            if series.unavailable:
                return unavailable(series)
        unseen = [image for image in self.images if not ids[image]]
        seen = [image for image in self.images if ids[image]]
        if not seen:
            return Unproven(
                message=msg("nothing was seen of {subject}", subject=msg("{items}", items=unseen)),
                hint=then_grade(f"docker build -t {self.images[0]} ."),
            )
        other = (unseen or seen[1:])[0]
        hint = then_grade(f"docker tag {seen[0]} {other}")
        if unseen:
            subject = image_subject(other)
            return Unproven(
                message=msg("nothing was seen of {subject}", subject=subject), hint=hint
            )
        shown = {image: min(evidence.image_ids(image))[7:19] for image in self.images}
        return Failed(
            message=msg("{images}: different images", images=self.images),
            proofs=tuple(self._proofs(evidence, frozenset.union(*ids.values()))),
            actual=msg("{items}", items=[f"{image}: {id_}" for image, id_ in shown.items()]),
            hint=hint,
        )

    def _proofs(self, evidence: Evidence, common: frozenset[str]) -> Iterator[Proof]:
        for image in self.images:
            for seen in evidence.of(ImageNeed(image=image)).found:
                if common & digests_of(seen.fact):
                    yield Proof.of(seen, image_detail(image, seen.fact.id))
                    break
            else:
                for event in evidence.image_events("tag", image=image):
                    if event.fact.id in common:
                        yield Proof.of(event, msg("docker tag … {image}", image=image))
                        break
