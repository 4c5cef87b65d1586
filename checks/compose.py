"""``compose``: a Compose file describes the services as it should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, Self

from pydantic import model_validator

from grader.check import (
    Check,
    Failed,
    Location,
    NonBlank,
    Part,
    Passed,
    Proof,
    Verdict,
    conclude,
    nothing_seen,
    unavailable,
)
from grader.checking.compose import Service, listed, stated
from grader.checking.subject import ProjectName, ServiceName
from grader.compose_facts import ComposeFile, ComposeService
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import msg
from grader.needs import ComposeNeed, Need
from grader.series import Seen

FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Where ``docker compose`` looks, in its order, as its documentation of the file says."""


class Compose(Check):
    """A Compose file has these ``services``, and each says what is stated of it.

    ``path`` is the file; without it, it is sought where ``docker compose`` does: compose.yaml,
    compose.yml, docker-compose.yml. ``project`` is the ``name`` at its top. ``volumes`` and
    ``networks`` are declared at its top. With ``no_secrets`` no service may have the value of a
    password, token or key in ``environment``. Short and long forms, anchors and merge keys count
    alike; variables (``${PORT}``) are not resolved, and a port that a variable decides counts.
    """

    type: Literal["compose"]
    path: NonBlank | None = None
    project: ProjectName | None = None
    services: dict[ServiceName, Service] = {}
    volumes: tuple[NonBlank, ...] = ()
    networks: tuple[NonBlank, ...] = ()
    no_secrets: Literal[True] | None = None

    @model_validator(mode="after")
    def _states_something(self) -> Self:
        if not (self.services or self.volumes or self.networks or self.no_secrets):
            raise ValueError(
                msg("give services, volumes, networks or no_secrets; else it would assert nothing")
            )
        return self

    @property
    def _paths(self) -> tuple[str, ...]:
        return (self.path,) if self.path else FILES

    def needs(self) -> Iterable[Need[Fact]]:
        return [ComposeNeed(path=path) for path in self._paths]

    def judge(self, evidence: Evidence) -> Verdict:
        answers = {path: evidence.of(ComposeNeed(path=path)) for path in self._paths}
        for path, series in answers.items():
            if series.now:
                return self._judged(path, series.now[0])
        first = next(iter(answers.values()))
        if trouble := next((s for s in answers.values() if s.unavailable), None):
            return unavailable(trouble)
        name = self.path or FILES[0]
        hint = msg("write the file {path}, and run `grade-lab` again", path=name)
        if first.absent:
            message = msg("{path} is missing", path=name)
            return Failed(message=message, expected=name, hint=hint, pending=True)
        return nothing_seen(first, msg("{path} has not been looked at", path=name), hint)

    def _judged(self, path: str, seen: Seen[ComposeFile]) -> Verdict:
        file = seen.fact
        proof = Proof.of(seen, path)
        if file.problem:
            return Failed(
                message=msg("{path} cannot be read as a Compose file", path=path),
                proofs=(proof,),
                places=(Location(path, file.line or None),),
                actual=f"{path}:{file.line}: {file.problem}" if file.line else file.problem,
                hint=msg("run `docker compose config`: it says where the mistake is"),
            )
        verdict = conclude(
            list(self._parts(file)),
            (proof,),
            passed=msg("{path}: as expected", path=path),
            failed=msg("{path}: not as expected", path=path),
        )
        if isinstance(verdict, Passed):
            return verdict
        lines: list[int | None] = [*self._wrong_lines(file)] or [None]
        return replace(verdict, places=tuple(Location(path, line) for line in lines))

    def _wrong_lines(self, file: ComposeFile) -> Iterator[int]:
        """Where services begin that are not as stated."""
        for name, service in self.services.items():
            there = file.services.get(name)
            if there and not all(part.holds for part in service.parts(name, there)):
                yield there.line

    def _parts(self, file: ComposeFile) -> Iterator[Part]:
        if self.project is not None:
            yield stated("name", self.project, file.name)
        for name, service in self.services.items():
            there = file.services.get(name)
            yield Part(
                there is not None,
                msg("service {service}", service=name),
                msg("services: {names}", names=list(file.services)),
                msg("write the service `{service}:` under `services:`", service=name),
                problem=msg("the service {service} is missing", service=name),
            )
            yield from service.parts(name, there or ComposeService())
        for key, wanted, declared in (
            ("volumes", self.volumes, file.volumes),
            ("networks", self.networks, file.networks),
        ):
            if wanted:
                yield listed(key, wanted, declared)
        if self.no_secrets:
            yield _secrets(file)


def _secrets(file: ComposeFile) -> Part:
    found = [f"{name}.{secret}" for name, s in file.services.items() for secret in s.secrets]
    return Part(
        not found,
        msg("no secrets in `environment`"),
        msg("{items}", items=found),
        msg("move it into an env file that `env_file:` names and that is not handed in"),
        problem=msg("a secret stands in the Compose file itself"),
    )
