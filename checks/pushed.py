"""``pushed``: the registry holds the learner's image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from grader.check import (
    Check,
    Failed,
    ImageReference,
    Passed,
    Proof,
    Unproven,
    Verdict,
    not_shown,
    then_grade,
    unavailable,
)
from grader.checking.digests import digests_of, digests_under
from grader.checking.subject import image_subject
from grader.evidence import Evidence
from grader.facts import Event, Fact, Manifest, Reason
from grader.facts import Image as ImageFact
from grader.messages import Message, msg
from grader.needs import EventsNeed, ImageNeed, LoginNeed, ManifestNeed, Need
from grader.reference import login_command, registry_of, repository_of
from grader.series import Seen

NOT_TOLD = {Reason.UNSUPPORTED, Reason.DENIED}
"""Nobody tells what the registry holds: what the engine recorded has to do."""


class Pushed(Check):
    """The registry holds ``image``, and it is the one that was seen on the learner's computer.

    ``same_as`` is a reference on that computer (as before ``docker tag``) whose image it must be.
    The registry is asked through the engine, with the learner's own login. Docker Hub refuses to
    show what was never pushed as it refuses what is private: that leaves it unproven, unless the
    engine recorded the push.
    """

    type: Literal["pushed"]
    image: ImageReference
    same_as: ImageReference | None = None

    @property
    def _local(self) -> tuple[str, ...]:
        return (self.image, self.same_as) if self.same_as else (self.image,)

    def needs(self) -> Iterable[Need[Fact]]:
        yield ManifestNeed(image=self.image)
        yield LoginNeed(registry=registry_of(self.image))
        for image in self._local:
            yield ImageNeed(image=image)
            yield EventsNeed(image=image)

    def judge(self, evidence: Evidence) -> Verdict:
        manifests = evidence.of(ManifestNeed(image=self.image))
        images = [
            seen for image in self._local for seen in evidence.of(ImageNeed(image=image)).found
        ]
        pushes = evidence.image_events("push", image=self.image)
        proofs = [
            Proof.of(push, msg("docker push {image}", image=self.image)) for push in pushes[-1:]
        ]
        own = self._own(images, evidence)
        same = next((seen for seen in manifests.found if seen.fact.digest in own), None)
        if same is None and pushes and not self._digests(images) and self._named_only_it(evidence):
            # By its digest it cannot be told, but the engine recorded that it was pushed.
            same = next(iter(manifests.found), None)
        if same is not None:
            return Passed(
                message=msg("image {image} was pushed", image=self.image),
                proofs=(Proof.of(same, _held(same.fact)), *proofs),
            )
        if manifests.unavailable in NOT_TOLD:
            told = self._by_events(evidence, pushes, tuple(proofs))
            if told:
                return told
        out_of_reach = manifests.unavailable and manifests.unavailable not in NOT_TOLD
        untold = manifests.unavailable is Reason.UNSUPPORTED and pushes
        if out_of_reach or untold:
            return unavailable(manifests)
        for local in map(evidence.of, (ImageNeed(image=image) for image in self._local)):
            if manifests.found and local.unavailable:
                return unavailable(local)
        if manifests.found:
            return self._another(manifests.found[0], images, evidence, proofs)
        return self._not_there(evidence)

    def _own(self, images: Sequence[Seen[ImageFact]], evidence: Evidence) -> frozenset[str]:
        """What the registry may call the image that is to be pushed."""
        known = digests_under(self.same_as or self.image, evidence)
        same = [seen for seen in images if known & digests_of(seen.fact)]
        # A containerd store's image id is the digest that the registry has, too.
        return known.union(self._digests(same), (seen.fact.id for seen in same))

    def _named_only_it(self, evidence: Evidence) -> bool:
        """Whether the pushed reference never named another image here than the one asked for."""
        if self.same_as is None:
            return True
        named = evidence.image_ids(self.image)
        return bool(named) and named <= evidence.image_ids(self.same_as)

    def _tagged(self, evidence: Evidence) -> bool:
        """Whether both references named one image here, where the registry cannot be asked."""
        return self.same_as is None or bool(
            evidence.image_ids(self.same_as) & evidence.image_ids(self.image)
        )

    def _by_events(
        self, evidence: Evidence, pushes: Sequence[Seen[Event]], proofs: tuple[Proof, ...]
    ) -> Verdict | None:
        """The verdict where the engine asks no registry, but recorded the push."""
        if pushes and self._tagged(evidence):
            return Passed(message=msg("image {image} was pushed", image=self.image), proofs=proofs)
        if not self._pushed_another(evidence, pushes):
            return None
        return Failed(
            message=msg("another image was pushed as {image}", image=self.image),
            proofs=proofs,
            expected=msg("the image {image} of this computer", image=self.same_as),
            actual=pushes[-1].fact.id[:19],
            hint=self._push_it,
        )

    def _pushed_another(self, evidence: Evidence, pushes: Sequence[Seen[Event]]) -> bool:
        """Whether each push was of an image that ``same_as`` never was, where pushes tell an id."""
        own = evidence.image_ids(self.same_as) if self.same_as else frozenset()
        pushed = {push.fact.id for push in pushes}
        return bool(own and pushed) and "" not in pushed and not pushed & own

    @property
    def _push_it(self) -> Message:
        commands = [f"docker tag {self.same_as} {self.image}"] if self.same_as else []
        return then_grade(*commands, f"docker push {self.image}")

    @property
    def _build_and_push_it(self) -> Message:
        names = " ".join(f"-t {name}" for name in (self.same_as, self.image) if name)
        return then_grade(f"docker build {names} .", f"docker push {self.image}")

    def _digests(self, images: Iterable[Seen[ImageFact]]) -> frozenset[str]:
        """What the engine knows these images as in the repository."""
        repository = repository_of(self.image)
        names = (digest.partition("@") for seen in images for digest in seen.fact.digests)
        return frozenset(digest for name, _, digest in names if repository_of(name) == repository)

    def _another(
        self,
        manifest: Seen[Manifest],
        images: Sequence[Seen[ImageFact]],
        evidence: Evidence,
        pushes: Sequence[Proof],
    ) -> Verdict:
        proofs = (Proof.of(manifest, _held(manifest.fact)), *pushes)
        own = self.same_as or self.image
        seen = evidence.image_ids(own)
        there = evidence.of(ImageNeed(image=own)).now
        hint = self._push_it if there else self._build_and_push_it
        if not seen or not self._digests(images):
            unseen = msg("nothing was seen of {subject}", subject=image_subject(own))
            return Unproven(
                message=msg(
                    "the registry holds {image}, but nothing tells whether it is your image",
                    image=self.image,
                ),
                proofs=proofs,
                actual=None if seen else unseen,
                hint=hint,
            )
        return Failed(
            message=msg("the registry holds another image as {image}", image=self.image),
            proofs=proofs,
            expected=msg("the image {image} of this computer", image=own),
            actual=manifest.fact.digest[:19],
            hint=hint,
            pending=not pushes,
        )

    def _not_there(self, evidence: Evidence) -> Verdict:
        registry = registry_of(self.image)
        manifests = evidence.of(ManifestNeed(image=self.image))
        login = evidence.of(LoginNeed(registry=registry))
        is_asked = login.absent or (manifests.unavailable and not login.now)
        commands = [login_command(registry)] if is_asked else []
        hint = then_grade(*commands, f"docker push {self.image}")
        if manifests.unavailable is Reason.DENIED:
            return not_shown(manifests, self.image, hint)
        if manifests.absent:
            message = msg("the registry holds no image {image}", image=self.image)
            return Failed(message=message, hint=hint, pending=True)
        subject = msg("image {image} in the registry", image=self.image)
        return Unproven(message=msg("nothing was seen of {subject}", subject=subject), hint=hint)


def _held(manifest: Manifest) -> Message:
    return msg("the registry holds {digest}", digest=manifest.digest[:19])
