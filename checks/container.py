"""``container``: a container ran as ``docker run`` was told to run it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Literal

from grader.check import (
    Check,
    NonBlank,
    Part,
    Unproven,
    Verdict,
    judge_series,
    nothing_seen,
    then_grade,
    unavailable,
)
from grader.checking import health, mounts
from grader.checking.mounts import MountOption
from grader.checking.ports import PortOption, Published, not_published
from grader.checking.subject import ContainerSubject, run_again
from grader.evidence import Evidence
from grader.facts import Container as ContainerFact
from grader.facts import Fact, Reason
from grader.messages import msg
from grader.needs import EnvFileNeed, Need
from grader.series import Series


class Container(ContainerSubject, Check):
    """A container ran; it was started and did not crash. A container that was stopped counts; one
    that was created but never started, as over a port that is taken, did not run.

    ``ports`` as ``docker run -p`` takes them: ``8080:8000``, ``127.0.0.1:8080:8000``, or ``8000``
    for any port of the computer; ``published: false`` wants no port published. ``env`` lists names
    that are set, by the image or the run; ``env_file`` is an env file of the submission, each name
    of which the run sets. ``mounts`` as ``docker run -v`` takes them: ``volume:/data``,
    ``./folder:/data``, or ``/data`` for any source. ``network`` is a network's name. ``exit_code``
    is that of its end. ``health: healthy`` wants its health check to have succeeded.
    ``when: running`` counts only a container that runs now, ``now`` only one that is there now.
    """

    type: Literal["container"]
    ports: tuple[PortOption, ...] = ()
    published: Literal[False] | None = None
    env: tuple[NonBlank, ...] = ()
    env_file: NonBlank | None = None
    detached: bool | None = None
    restart: Literal["no", "always", "on-failure", "unless-stopped"] | None = None
    exit_code: int | None = None
    health: Literal["healthy"] | None = None
    mounts: tuple[MountOption, ...] = ()
    network: NonBlank | None = None
    when: Literal["running", "now", "ever"] = "ever"

    def run_options(self) -> Sequence[str]:
        return [
            *(f"-p {port}" for port in self.ports),
            *([f"--env-file {self.env_file}"] if self.env_file else []),
            *(f"-e {name}=…" for name in self.env),
            *(f"-v {mount}" for mount in self.mounts),
            *([f"--network {self.network}"] if self.network else []),
            *([f"--restart {self.restart}"] if self.restart else []),
        ]

    def needs(self) -> Iterable[Need[Fact]]:
        yield from self.subject_needs()
        yield self.logs_need
        if self.env_file:
            yield EnvFileNeed(path=self.env_file)

    def judge(self, evidence: Evidence) -> Verdict:
        return judge_series(
            self.containers(evidence),
            lambda container: list(self._parts(container, evidence)),
            subject=self.subject,
            detail=lambda container: msg(
                "container {name}, made from {image}, was {status}",
                name=container.name,
                image=container.image,
                status=container.status,
            ),
            missing=lambda: self.missing(evidence, now=self.when != "ever"),
            now=self.when != "ever",
        )

    def _parts(self, container: ContainerFact, evidence: Evidence) -> Iterator[Part]:
        if self.never_started(evidence, container):  # how it was to run is not how it ran
            yield self.state(evidence, container)
            return
        yield Part(True, msg("{subject} is there", subject=self.subject))
        if self.exit_code is not None:
            yield self._ended(container, evidence)
        else:
            yield self.state(evidence, container)
        if self.when == "running":
            yield Part(
                container.running,
                msg("it runs"),
                container.status,
                msg("run `docker start {name}`, and then `grade-lab`", name=container.name),
                problem=msg("container {name} does not run now", name=container.name),
            )
        if self.health is not None:
            events = self.events_of(evidence, container.id, "health_status")
            yield health.part(container, events)
        for port in self.ports:
            yield Published.parse(port).part(container)
        if self.published is False:
            yield not_published(container)
        yield from self._environment(container, evidence)
        yield from self._options(container, evidence)

    def _ended(self, container: ContainerFact, evidence: Evidence) -> Part:
        expected = msg("exit code {code}", code=self.exit_code)
        code = container.exit_code
        if container.status not in {"exited", "dead"}:  # it may be gone since, as with `--rm`
            began = container.started
            died = self.events_of(evidence, container.id, "die")
            code = next((e.fact.exit_code for e in died if not began or e.at >= began), None)
        if code is None:
            return Part(
                False,
                expected,
                container.status,
                msg(
                    "wait until it has ended, or run `docker stop {name}`; then run `grade-lab`",
                    name=container.name,
                ),
                problem=msg("container {name} has not ended", name=container.name),
                pending=True,
            )
        ended = msg("exit code {code}", code=code)
        return Part(
            code == self.exit_code,
            expected,
            self.last_words(evidence, container) or ended,
            msg("read `docker logs {name}`: it says why", name=container.name),
            problem=msg(
                "container {name} ended with exit code {code}",
                name=container.name,
                code=code,
            ),
        )

    def _environment(self, container: ContainerFact, evidence: Evidence) -> Iterator[Part]:
        if self.env:
            absent = [name for name in self.env if name not in container.env]
            yield Part(
                not absent,
                msg("environment: {names}", names=self.env),
                msg("not set: {names}", names=absent),
                msg("run it again with `-e NAME=VALUE` or `--env-file`"),
            )
        if self.env_file:
            yield self._env_file(self.env_file, container, evidence)

    def _env_file(self, path: str, container: ContainerFact, evidence: Evidence) -> Part:
        expected = f"--env-file {path}"
        given = [name for name, origin in container.env.items() if origin == "run"]
        again = run_again(container.name, expected)
        series = evidence.of(EnvFileNeed(path=path))
        if not given:
            names = series.found[0].fact.names if series.found else ()
            told = msg("not set: {names}", names=names) if names else msg("no variables")
            problem = msg("no environment variables were given: `--env-file` was left out")
            return Part(False, expected, told, again, problem=problem)
        if not series.found:
            problem = msg("there is no file {path} to compare with", path=path)
            hint = msg("write the file {path}, and run `grade-lab` again", path=path)
            unknown = None if series.absent else nothing_seen(series, problem, hint)
            return Part(False, expected, msg("no file"), hint, problem=problem, unknown=unknown)
        versions = [seen.fact.names for seen in series.found if seen.fact.names]
        if not versions:
            problem = msg("{path} names no variables to compare with", path=path)
            hint = msg("write the variables into {path}, and run `grade-lab` again", path=path)
            return Part(False, expected, msg("no variables"), hint, problem=problem)
        # Any version of the file that the container agrees with: it may have changed since.
        absent = min(([n for n in names if n not in container.env] for names in versions), key=len)
        return Part(
            not absent,
            expected,
            msg("not set: {names}", names=absent),
            again,
            problem=msg("variables of {path} are missing in the container", path=path),
        )

    def _detached(self, container: ContainerFact, evidence: Evidence) -> Part:
        name, detached = container.name, container.detached
        if container.project and not detached:  # Compose makes them all as without `-d`
            detached = None
        events = self.events_of(evidence, container.id, "create", "attach", "start")
        before = [e.fact.action for e in takewhile(lambda e: e.fact.action != "start", events)]
        if len(before) < len(events):  # it was started
            # Whoever starts it in the foreground is attached before it starts.
            if detached is None:
                detached = "attach" not in before
            elif before == ["create"]:  # `docker create` leaves the same trace as no `-d`
                detached = True
        unknown = self._start_untold(container) if detached is None else None
        if self.detached:
            return Part(
                detached is True,
                "-d",
                msg("without `-d`"),
                run_again(name, "-d"),
                problem=msg("container {name} was started without `-d`", name=name),
                unknown=unknown,
            )
        return Part(
            detached is False,
            msg("without `-d`"),
            "-d",
            msg("run `docker rm -f {name}`, and then run it again without `-d`", name=name),
            unknown=unknown,
        )

    def _start_untold(self, container: ContainerFact) -> Verdict:
        if container.detached is None:  # as Podman tells it, too
            return unavailable(Series(unavailable=Reason.UNSUPPORTED))
        return Unproven(
            message=msg(
                "nothing tells whether {subject} was started with `-d`", subject=self.subject
            ),
            hint=then_grade("docker compose up -d --force-recreate"),
        )

    def _options(self, container: ContainerFact, evidence: Evidence) -> Iterator[Part]:
        if self.detached is not None:
            yield self._detached(container, evidence)
        if self.restart is not None:
            policy = container.restart.partition(":")[0] or "no"
            yield self._option(
                container, f"--restart {self.restart}", policy == self.restart, [policy]
            )
        for mount in self.mounts:
            holds = any(mounts.makes(mount, there) for there in container.mounts)
            yield self._option(container, f"-v {mount}", holds, map(mounts.told, container.mounts))
        if self.network is not None:
            holds = self.network in container.networks
            yield self._option(container, f"--network {self.network}", holds, container.networks)

    def _option(
        self, container: ContainerFact, option: str, holds: bool, actual: Iterable[str]
    ) -> Part:
        return Part(
            holds,
            option,
            msg("{items}", items=list(actual) or msg("nothing")),
            run_again(container.name, option),
            problem=msg("{subject}: not run with `{option}`", subject=self.subject, option=option),
        )
