"""Objectives about images: built, tagged, pushed, pulled, removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from grader.checking.copied import copied
from grader.drafting.draft import Check, Ids, Objective, to_type
from grader.drafting.files import DOCKERFILE, dockerfile_of
from grader.drafting.proving import Prover
from grader.drafting.variables import Variables
from grader.evidence import Evidence
from grader.messages import msg
from grader.needs import ContainerNeed, ContentNeed, FileNeed, ImageNeed, LoginNeed
from grader.reference import familiar, login_command, registry_of

MAX_IMAGES, MAX_NAMES = 24, 200


@dataclass(frozen=True)
class Named:
    """A reference that was seen to name an image."""

    reference: str
    prover: Prover

    @property
    def evidence(self) -> Evidence:
        return self.prover.evidence

    @cached_property
    def ids(self) -> frozenset[str]:
        return self.evidence.image_ids(self.reference)

    @cached_property
    def made_at(self) -> datetime | None:
        """When it was built or tagged here; None where nothing tells that it was.

        Without an event, an image that agrees with the Dockerfile was: not all engines tell.
        """
        tags = self.evidence.image_events("tag", image=self.reference)
        if tags:
            return tags[0].at
        seen = self.evidence.of(ImageNeed(image=self.reference)).found
        made = not self.pulled_at and any(
            self.prover.holds({"type": "built_from", "image": self.reference, **file})
            for file in dockerfiles(self.evidence)
        )
        return (seen[-1].fact.built_at or seen[-1].at) if made else None

    @cached_property
    def pulled_at(self) -> datetime | None:
        return self._first("pull")

    @cached_property
    def pushed_at(self) -> datetime | None:
        return self._first("push")

    @property
    def at(self) -> datetime:
        times = [time for time in (self.made_at, self.pulled_at, self.pushed_at) if time]
        seen = self.evidence.of(ImageNeed(image=self.reference)).found
        return min([*times, *(one.at for one in seen)])

    def _first(self, action: str) -> datetime | None:
        events = self.evidence.image_events(action, image=self.reference)
        return events[0].at if events else None


def dockerfiles(evidence: Evidence) -> Iterator[Check]:
    """Each file that was seen and is called a Dockerfile, as `built_from` names it."""
    for need in evidence.needs(FileNeed):
        if DOCKERFILE.lower() in need.path.lower():
            yield {} if need.path == DOCKERFILE else {"dockerfile": need.path}


def named_images(prover: Prover) -> list[Named]:
    """Every reference under which an image was seen, in the order in which they came."""
    by_name = {
        familiar(need.image): Named(need.image, prover)
        for need in reversed(prover.evidence.needs(ImageNeed)[:MAX_NAMES])
        if prover.evidence.of(need).found
    }
    return sorted(by_name.values(), key=lambda named: (named.at, named.reference))[:MAX_IMAGES]


class Images:
    """The images of a recorded lab, and the objectives that they make."""

    def __init__(self, prover: Prover, variables: Variables, ids: Ids) -> None:
        self._prover = prover
        self._evidence = prover.evidence
        self._variables = variables
        self._ids = ids
        self._all = named_images(prover)

    def objectives(self) -> Iterator[Objective]:
        """What was done with each, in no order."""
        yield from self._logins()
        for number, named in enumerate(self._all):
            of_same = (o for o in self._all[:number] if o.ids & named.ids)
            first = next(of_same, None)
            if named.made_at and first:
                yield from self._tagged(named, named.made_at, first)
            elif named.made_at:
                yield from self._built(named, named.made_at)
            yield from self._moved(named, first)
            yield from self._removed(named)

    def _built(self, named: Named, at: datetime) -> Iterator[Objective]:
        image = named.reference
        check = self._about(image)
        if not self._prover.holds(check):
            return
        built_from = self._built_from(image)
        command = f"docker build -t {self._told(image)} ."
        checks = [{**check, "hint": to_type(command)}]
        yield Objective(
            id=self._ids.new("build"),
            title=msg("The image {image} was built", image=self._told(image)),
            checks=[*checks, *([built_from] if built_from else [])],
            weight=5 if built_from else 3,
            at=at,
        )

    def _about(self, image: str) -> Check:
        facts = [seen.fact for seen in self._evidence.of(ImageNeed(image=image)).found]
        ports = [port.removesuffix("/tcp") for fact in facts[:1] for port in fact.exposes]
        exposes = [int(port) if port.isascii() and port.isdecimal() else port for port in ports]
        options = [("exposes", [port]) for port in exposes]
        return self._prover.grown(
            {"type": "image", "image": image}, [*options, ("non_root", True), ("healthcheck", True)]
        )

    def _built_from(self, image: str) -> Check | None:
        for file in dockerfiles(self._evidence):
            check: Check = {"type": "built_from", "image": image, **file}
            if not self._prover.holds(check):
                continue
            parsed = dockerfile_of(self._prover, file.get("dockerfile", DOCKERFILE))
            pairs = copied(parsed) if parsed else ()
            looked = {n.path for n in self._evidence.needs(ContentNeed) if n.image == image}
            sources = [("source", {place: path}) for place, path in pairs]
            sources += [("source", {place: "."}) for place in sorted(looked)]
            grown = self._prover.grown({**check, "source": {}}, sources)
            return grown if grown["source"] else check
        return None

    def _tagged(self, named: Named, at: datetime, first: Named) -> Iterator[Objective]:
        old, new = first.reference, named.reference
        check: Check = {"type": "same_image", "images": [old, new]}
        if self._prover.holds(check):
            hint = to_type(f"docker tag {self._told(old)} {self._told(new)}")
            title = msg("The image also got the name {image}", image=self._told(new))
            yield Objective(self._ids.new("tag"), title, [{**check, "hint": hint}], at=at)

    def _moved(self, named: Named, first: Named | None) -> Iterator[Objective]:
        image, told = named.reference, self._told(named.reference)
        check: Check = {"type": "pushed", "image": image}
        if named.pushed_at and self._prover.holds(check):
            same = [("same_as", first.reference)] if first else []
            check = self._prover.grown(check, same)
            hint = to_type(f"docker push {told}")
            title = msg("The image {image} was pushed to the registry", image=told)
            checks = [{**check, "hint": hint}]
            yield Objective(self._ids.new("push"), title, checks, weight=4, at=named.pushed_at)
        check = {"type": "pulled", "image": image}
        if named.pulled_at and not self._is_base(named) and self._prover.holds(check):
            title = msg("The image {image} was pulled", image=told)
            hint = msg(
                "Keep `grade-lab watch` open in another terminal, and run `{command}`.",
                command=f"docker pull {told}",
            )
            checks = [{**check, "hint": hint}]
            yield Objective(self._ids.new("pull"), title, checks, at=named.pulled_at)

    def _removed(self, named: Named) -> Iterator[Objective]:
        check: Check = {"type": "removed", "image": named.reference}
        gone = self._evidence.image_events("untag", "delete", image=named.reference)
        if gone and self._prover.holds(check):
            told = self._told(named.reference)
            hint = to_type(f"docker image rm {told}")
            title = msg("The image {image} was removed", image=told)
            checks = [{**check, "hint": hint}]
            yield Objective(self._ids.new("remove-image"), title, checks, weight=1, at=gone[-1].at)

    def _logins(self) -> Iterator[Objective]:
        pushes = {registry_of(n.reference): n.pushed_at for n in self._all if n.pushed_at}
        for need in self._evidence.needs(LoginNeed):
            at = pushes.pop(need.registry, None)
            check: Check = {"type": "logged_in", "registry": need.registry}
            if at and self._prover.holds(check):
                told = self._variables.put_into(need.registry, "registry")
                hint = to_type(login_command(told))
                title = msg("Logged in to the registry")
                yield Objective(
                    self._ids.new("login"), title, [{**check, "hint": hint}], weight=1, at=at
                )

    def _is_base(self, named: Named) -> bool:
        """Whether it was pulled only to build on."""
        parsed = dockerfile_of(self._prover)
        bases = {familiar(stage.base) for stage in parsed.stages if stage.base} if parsed else set()
        name = familiar(named.reference)
        run = {familiar(n.image) for n in self._evidence.needs(ContainerNeed) if n.image}
        return name in bases and name not in run

    def _told(self, image: str) -> str:
        return self._variables.reference(image)
