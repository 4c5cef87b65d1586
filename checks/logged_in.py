"""``logged_in``: the docker command line is logged in to a registry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from grader.check import (
    Check,
    Failed,
    NonBlank,
    Passed,
    Proof,
    Unproven,
    Verdict,
    then_grade,
    unavailable,
)
from grader.evidence import Evidence
from grader.facts import Event, Fact
from grader.messages import msg
from grader.needs import LoginNeed, Need
from grader.reference import DOCKER_HUB, login_command, registry_of
from grader.series import Seen


class LoggedIn(Check):
    """``docker login`` was done for ``registry``, as ``docker.io`` or ``registry.example:5000``.

    ``podman login`` is as good, and so is a push to Docker Hub, which takes none without a login:
    some log out again. Only the registry's name is looked up; names of users and secrets are never
    read.
    """

    type: Literal["logged_in"]
    registry: NonBlank = "docker.io"

    def needs(self) -> Iterable[Need[Fact]]:
        return [LoginNeed(registry=self.registry)]

    def judge(self, evidence: Evidence) -> Verdict:
        series = evidence.of(LoginNeed(registry=self.registry))
        message = msg("logged in to {registry}", registry=self.registry)
        if series.found:
            return Passed(message=message, proofs=(Proof.of(series.found[0], message),))
        if push := self._push(evidence):
            detail = msg("docker push {image}", image=push.fact.name)
            return Passed(message=message, proofs=(Proof.of(push, detail),))
        if series.unavailable:
            return unavailable(series)
        hint = then_grade(login_command(self.registry))
        if series.absent:
            message = msg("there is no login to {registry}", registry=self.registry)
            return Failed(message=message, hint=hint, pending=True)
        message = msg("nothing was seen of a login to {registry}", registry=self.registry)
        return Unproven(message=message, hint=hint)

    def _push(self, evidence: Evidence) -> Seen[Event] | None:
        """The last one that the registry would not have taken without a login."""
        if self.registry != DOCKER_HUB:
            return None
        pushes = evidence.events("push", kind="image")
        return next((p for p in reversed(pushes) if registry_of(p.fact.name) == DOCKER_HUB), None)
