"""``challenge``: the image in the registry bears the token of this very learner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator

from grader.challenge import LABEL, are_verifiers, is_token, own_token
from grader.check import (
    Check,
    Failed,
    ImageReference,
    NonBlank,
    Part,
    Passed,
    Proof,
    TextOf,
    Unproven,
    Verdict,
    conclude,
    not_shown,
    then_grade,
    unavailable,
)
from grader.checking.subject import ContainerName, ContainerSubject
from grader.checking.submitted import shorten
from grader.evidence import Evidence
from grader.facts import Fact, Manifest, Reason
from grader.facts import Image as ImageFact
from grader.messages import Message, msg
from grader.needs import EventsNeed, ImageNeed, ManifestNeed, Need, RegistryImageNeed
from grader.reference import login_command, registry_of, repository_of
from grader.series import Seen, Series

F = TypeVar("F", bound=Fact)

LABEL_SHARE = Fraction(2, 3)
"""What the label is worth where the log counts, too."""
SHOWN = 8
"""Letters of a token that a report shows: enough to tell two apart."""


def _are_verifiers(text: str) -> str:
    if not are_verifiers(text):
        raise ValueError(
            msg("is not a list of verifiers, as `grade-lab challenge issue` writes it")
        )
    return text


@dataclass(frozen=True, slots=True)
class Copy:
    """The image as the registry holds it: its labels, and what tells that they are its."""

    labels: Mapping[str, str]
    proofs: tuple[Proof, ...]


class Challenge(Check):
    """The registry's copy of ``image`` has the label ``label`` with the learner's own challenge.

    ``course`` is the one that the challenges were issued for, ``learner`` the learner's id: write
    ``"{learner_id}"`` and declare that variable. ``verifiers`` is the file beside the rubric that
    `grade-lab challenge issue` wrote. With ``name``, the log of that container must print the
    challenge, too: that is a third of the points, and counts only when the label is right.

    The registry is read as anybody may. Where it lets nobody read without a login, the image on the
    learner's computer counts if the engine knows it by the registry's digest.
    """

    type: Literal["challenge"]
    image: ImageReference
    course: NonBlank
    learner: NonBlank
    verifiers: Annotated[TextOf, AfterValidator(_are_verifiers)]
    label: NonBlank = LABEL
    name: ContainerName | None = None

    @property
    def _container(self) -> ContainerSubject:
        return ContainerSubject(name=self.name)

    def needs(self) -> Iterable[Need[Fact]]:
        yield RegistryImageNeed(image=self.image)
        yield ManifestNeed(image=self.image)
        yield ImageNeed(image=self.image)
        yield EventsNeed(image=self.image)
        if self.name:
            yield self._container.logs_need
            yield from self._container.subject_needs()

    def judge(self, evidence: Evidence) -> Verdict:
        for copy in self._copies(evidence):
            if token := self._own(copy.labels.get(self.label, "")):
                proven = self._proven(copy, token)
                return self._with_log(proven, evidence) if self.name else proven
        return self._not_proven(evidence, local=self._own_here(evidence))

    def _not_proven(self, evidence: Evidence, *, local: bool) -> Verdict:
        """The verdict by the last look at the registry, or by why there was none."""
        held = evidence.of(RegistryImageNeed(image=self.image))
        manifests = evidence.of(ManifestNeed(image=self.image))
        if held.now:
            return self._wrong(_of_registry(held.now[0].fact.labels, held.now[0]), local=local)
        if manifests.now:
            return self._unread(manifests.now[0], evidence, local=local)
        if held.absent or manifests.absent:
            return self._unproven(local=True) if local else self._not_there()
        if manifests.unavailable and manifests.unavailable is not Reason.UNSUPPORTED:
            return self._could_not_look(manifests, local=local)
        if held.unavailable:
            return self._could_not_look(held, local=local)
        return self._unproven(local=local)

    def _own(self, text: str) -> str:
        return own_token(text, self.course, self.learner, self.verifiers)

    def _own_here(self, evidence: Evidence) -> bool:
        """Whether the image that is on the learner's computer now bears their challenge."""
        images = evidence.of(ImageNeed(image=self.image)).now
        return any(self._own(seen.fact.labels.get(self.label, "")) for seen in images)

    def _copies(self, evidence: Evidence) -> Iterator[Copy]:
        """All that the registry was ever seen to hold."""
        for seen in evidence.of(RegistryImageNeed(image=self.image)).found:
            yield _of_registry(seen.fact.labels, seen)
        for manifest in evidence.of(ManifestNeed(image=self.image)).found:
            if copy := self._here(manifest, evidence):
                yield copy

    def _here(self, manifest: Seen[Manifest], evidence: Evidence) -> Copy | None:
        """The registry's image, where the learner's computer has the very same."""
        digest = manifest.fact.digest
        for seen in evidence.of(ImageNeed(image=self.image)).found:
            if digest in {seen.fact.id, *self._digests(seen.fact)}:
                there = msg("this computer has the same image")
                copy = _of_registry(seen.fact.labels, manifest)
                return Copy(copy.labels, (*copy.proofs, Proof.of(seen, there)))
        return None

    def _digests(self, image: ImageFact) -> Iterator[str]:
        repository = repository_of(self.image)
        for name, _, digest in (text.partition("@") for text in image.digests):
            if repository_of(name) == repository:
                yield digest

    def _proven(self, copy: Copy, token: str) -> Passed:
        return Passed(
            message=msg("the image in the registry bears the challenge of {learner}", **self._who),
            proofs=copy.proofs,
            expected=msg("label {label}", label=f"{self.label}={_short(token)}"),
        )

    def _with_log(self, proven: Passed, evidence: Evidence) -> Verdict:
        logs = evidence.of(self._container.logs_need)
        if logs.unavailable and not logs.found:
            return replace(unavailable(logs), share=LABEL_SHARE, proofs=proven.proofs)
        subject = self._container.subject
        printed = next(
            (log for log in logs.found if self._own(f"{log.fact.stdout}\n{log.fact.stderr}")), None
        )
        expected = msg("the log of {subject} prints the challenge", subject=subject)
        if printed:
            log = Part(True, expected, weight=1 - LABEL_SHARE)
            proofs = (*proven.proofs, Proof.of(printed, expected))
        else:
            proofs = proven.proofs
            log = Part(
                False,
                expected,
                msg("it is not in the log") if logs.found else msg("its log was not seen"),
                msg(
                    "let the app print your challenge when it starts, build, push and run it "
                    "again, and then run `grade-lab` before you clean up"
                )
                if logs.found
                else then_grade(f"docker run -d --name {self.name} {self.image}"),
                weight=1 - LABEL_SHARE,
                pending=not logs.found,
            )
        return conclude(
            [Part(True, proven.expected or "", weight=LABEL_SHARE), log],
            proofs,
            passed=proven.message,
            failed=msg(
                "the image bears your challenge, but the log of {subject} was not seen to print it",
                subject=subject,
            ),
        )

    def _wrong(self, copy: Copy, *, local: bool) -> Verdict:
        """The verdict on an image of the registry without the learner's own challenge."""
        value = copy.labels.get(self.label, "").strip()
        if not value:
            message = msg("the image in the registry has no label {label}", label=self.label)
        elif is_token(value):
            message = msg("the challenge in the image is not that of {learner}", **self._who)
        else:
            message = msg("the label {label} holds no challenge", label=self.label)
        hint = self._again(local=local)
        if is_token(value) and not local:
            hint = msg(
                "look whether the `id` under `learner:` in lab.yaml is yours; if it is, run "
                "`{build}` with the challenge that was handed to you, then `{push}`, and then "
                "`grade-lab`",
                build=self._build,
                push=self._push,
            )
        return Failed(
            message=message,
            proofs=copy.proofs,
            expected=msg("the challenge of {learner}", **self._who),
            actual=msg("label {label}", label=f"{self.label}={_short(value)}")
            if value
            else msg("no such label"),
            hint=hint,
        )

    def _unread(self, manifest: Seen[Manifest], evidence: Evidence, *, local: bool) -> Verdict:
        """The verdict where only the engine may read the registry: it tells no labels."""
        if copy := self._here(manifest, evidence):
            return self._wrong(copy, local=local)
        held = evidence.of(RegistryImageNeed(image=self.image))
        if held.unavailable and held.unavailable is not Reason.DENIED:
            return unavailable(held)
        if local:
            return self._unproven(local=True)
        return Unproven(
            message=msg(
                "the registry lets nobody read {image} without a login, so its label was not seen",
                image=self.image,
            ),
            proofs=(Proof.of(manifest, _held(manifest)),),
            hint=then_grade(f"docker pull {self.image}"),
        )

    def _not_there(self) -> Verdict:
        return Failed(
            message=msg("the registry holds no image {image}", image=self.image),
            hint=self._again(local=False),
            pending=True,
        )

    def _could_not_look(self, series: Series[F], *, local: bool) -> Verdict:
        if series.unavailable is not Reason.DENIED:
            return unavailable(series)
        if local:
            return self._unproven(local=True)
        hint = then_grade(login_command(registry_of(self.image)), self._push)
        return not_shown(series, self.image, hint)

    def _unproven(self, *, local: bool) -> Verdict:
        if not local:
            subject = msg("image {image} in the registry", image=self.image)
            return Unproven(
                message=msg("nothing was seen of {subject}", subject=subject),
                hint=self._again(local=False),
            )
        return Unproven(
            message=msg(
                "the image on this computer bears your challenge, but only the one in the registry "
                "counts"
            ),
            hint=self._again(local=True),
        )

    @property
    def _who(self) -> dict[str, str]:
        return {"learner": self.learner}

    @property
    def _build(self) -> str:
        return f"docker build --label {self.label}=gl-… -t {self.image} ."

    @property
    def _push(self) -> str:
        return f"docker push {self.image}"

    def _again(self, *, local: bool) -> Message:
        return then_grade(self._push) if local else then_grade(self._build, self._push)


def _of_registry(labels: Mapping[str, str], seen: Seen[Fact]) -> Copy:
    return Copy(labels, (Proof.of(seen, _held(seen)),))


def _held(seen: Seen[Fact]) -> Message:
    digest = getattr(seen.fact, "digest", "")
    return msg("the registry holds {digest}", digest=digest[:19])


def _short(value: str) -> str:
    """The beginning of a token, or of what stands in its place."""
    return shorten(value, SHOWN)
