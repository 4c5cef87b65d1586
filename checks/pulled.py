"""``pulled``: an image came from its registry, with ``docker pull``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from grader.check import (
    Check,
    Failed,
    ImageReference,
    Passed,
    Proof,
    Unproven,
    Verdict,
    absence,
    then_grade,
    unavailable,
)
from grader.checking.subject import image_subject, image_traces
from grader.evidence import Evidence
from grader.facts import Fact
from grader.facts import Image as ImageFact
from grader.messages import msg
from grader.needs import EngineNeed, EventsNeed, EventWindowNeed, ImageNeed, Need


class Pulled(Check):
    """``image`` was pulled: the engine recorded the pull, or the image's own record says so. One
    that was here before may also be pulled by its digest, or with all tags of its repository.
    """

    type: Literal["pulled"]
    image: ImageReference

    def needs(self) -> Iterable[Need[Fact]]:
        return [
            ImageNeed(image=self.image),
            EventsNeed(image=self.image),
            EventWindowNeed(),
            EngineNeed(),
        ]

    def judge(self, evidence: Evidence) -> Verdict:
        passed = msg("image {image} was pulled", image=self.image)
        pulls = evidence.image_events("pull", image=self.image)
        if pulls:
            detail = msg("docker pull {image}", image=self.image)
            return Passed(message=passed, proofs=(Proof.of(pulls[-1], detail),))
        series = evidence.of(ImageNeed(image=self.image))
        engine = evidence.of(EngineNeed()).found
        # A containerd store fills digests and times also for an image that was built here.
        classic = bool(engine) and not engine[0].fact.containerd_store
        for seen in series.found:
            if _was_only_pulled(seen.fact, classic=classic) and not evidence.loaded(seen.fact):
                detail = msg("the engine's own record of the image says that it was pulled")
                return Passed(message=passed, proofs=(Proof.of(seen, detail),))
        if series.unavailable:
            return unavailable(series)
        if not series.found:
            return absence(
                series,
                image_subject(self.image),
                then_grade(f"docker pull {self.image}"),
                existed=image_traces(evidence, self.image),
            )
        return self._not_pulled(evidence)

    def _not_pulled(self, evidence: Evidence) -> Verdict:
        hint = then_grade(f"docker image rm {self.image}", f"docker pull {self.image}")
        window = evidence.event_window
        if window.unavailable:
            return unavailable(window)
        seen = evidence.of(ImageNeed(image=self.image)).found[0]
        whole = bool(window.found) and not any(w.fact.evicted for w in window.found)
        if whole and seen.fact.last_tagged is not None:
            return Failed(
                message=msg(
                    "image {image} was built or tagged on this computer, not pulled",
                    image=self.image,
                ),
                proofs=(Proof.of(seen, msg("tagged here")),),
                hint=hint,
                pending=True,
            )
        return Unproven(
            message=msg(
                "image {image} is there, but nothing tells that it was pulled", image=self.image
            ),
            hint=hint,
        )


def _was_only_pulled(image: ImageFact, *, classic: bool) -> bool:
    if image.identity:
        return "pull" in image.identity and "build" not in image.identity
    return classic and image.last_tagged is None and bool(image.digests)
