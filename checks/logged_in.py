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
from grader.facts import Fact
from grader.messages import msg
from grader.needs import LoginNeed, Need
from grader.reference import login_command


class LoggedIn(Check):
    """``docker login`` was done for ``registry``, as ``docker.io`` or ``registry.example:5000``.

    ``podman login`` is as good. Only the registry's name is looked up; names of users and secrets
    are never read.
    """

    type: Literal["logged_in"]
    registry: NonBlank = "docker.io"

    def needs(self) -> Iterable[Need[Fact]]:
        return [LoginNeed(registry=self.registry)]

    def judge(self, evidence: Evidence) -> Verdict:
        series = evidence.of(LoginNeed(registry=self.registry))
        if series.found:
            message = msg("logged in to {registry}", registry=self.registry)
            return Passed(message=message, proofs=(Proof.of(series.found[0], message),))
        if series.unavailable:
            return unavailable(series)
        hint = then_grade(login_command(self.registry))
        if series.absent:
            message = msg("there is no login to {registry}", registry=self.registry)
            return Failed(message=message, hint=hint, pending=True)
        message = msg("nothing was seen of a login to {registry}", registry=self.registry)
        return Unproven(message=message, hint=hint)
