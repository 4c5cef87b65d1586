"""``network``: a network was made, and containers were attached to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from grader.check import Check, NonBlank, Part, Unproven, Verdict, then_grade
from grader.checking.resource import driver_part, judge_resource
from grader.checking.subject import ContainerName
from grader.evidence import Evidence
from grader.facts import Fact, Resource
from grader.messages import Message, msg
from grader.needs import ContainerNeed, EventsNeed, EventWindowNeed, Need, NetworkNeed


class Network(Check):
    """A network of this name exists, or existed.

    Compose puts its project's name before that of the network: ``project_name``. ``driver`` is
    ``bridge`` for one that ``docker network create`` makes; ``internal`` tells whether it leads to
    no other network. ``attached`` lists names of containers that ran in it at the same time.
    ``when: now`` counts only the present.
    """

    type: Literal["network"]
    network: NonBlank
    driver: NonBlank | None = None
    internal: bool | None = None
    attached: tuple[ContainerName, ...] = ()
    when: Literal["now", "ever"] = "ever"

    def needs(self) -> Iterable[Need[Fact]]:
        yield from (NetworkNeed(network=self.network), EventWindowNeed())
        for name in self.attached:
            yield from (ContainerNeed(name=name), EventsNeed(name=name))

    def judge(self, evidence: Evidence) -> Verdict:
        return judge_resource(
            evidence,
            NetworkNeed(network=self.network),
            lambda seen: list(self._parts(seen, evidence)),
            name=self.network,
            subject=self._subject,
            hint=then_grade(self._command),
            now=self.when == "now",
        )

    @property
    def _subject(self) -> Message:
        return msg("network {name}", name=self.network)

    @property
    def _command(self) -> str:
        driver = [f"--driver {self.driver}"] if self.driver else []
        internal = ["--internal"] if self.internal else []
        return " ".join(["docker network create", *driver, *internal, self.network])

    def _parts(self, seen: Resource, evidence: Evidence) -> Iterator[Part]:
        yield Part(True, msg("{subject} is there", subject=self._subject))
        again = then_grade(f"docker network rm {self.network}", self._command)
        gone = Unproven(
            message=msg("{subject} was gone before it was looked at", subject=self._subject),
            hint=then_grade(self._command),
        )
        if self.driver is not None:
            yield driver_part(self.driver, seen, again, gone)
        if self.internal is not None:
            words = {True: msg("an internal network"), False: msg("not an internal network")}
            yield Part(
                seen.internal == self.internal,
                words[self.internal],
                words[seen.internal],
                again,
                unknown=None if seen.driver else gone,
            )
        if self.attached:
            yield self._attached(seen, evidence)

    def _attached(self, seen: Resource, evidence: Evidence) -> Part:
        absent = [
            name
            for name in self.attached
            if name not in seen.attached and not self._ran_in_it(name, evidence)
        ]
        name = absent[0] if absent else ""
        return Part(
            not absent,
            msg("in this network: {names}", names=self.attached),
            msg("not in this network: {names}", names=absent),
            msg(
                "run `docker network connect {network} {name}`, and then `grade-lab`",
                network=self.network,
                name=name,
            ),
            problem=msg(
                "container {name} is not in the network {network}", name=name, network=self.network
            ),
            pending=True,
        )

    def _ran_in_it(self, name: str, evidence: Evidence) -> bool:
        """Whether the container itself was seen in the network; the network may be seen seldom."""
        found = evidence.of(ContainerNeed(name=name)).found
        return any(self.network in seen.fact.networks for seen in found if seen.fact.started)
