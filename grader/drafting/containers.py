"""Objectives about containers: run, answers, logs, executed in, stopped, removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.checking.mounts import is_anonymous
from grader.checking.ports import told as port_told
from grader.checking.subject import ContainerSubject
from grader.drafting import stable
from grader.drafting.answers import slug
from grader.drafting.draft import Check, Ids, Objective, to_type
from grader.drafting.proving import Prover, written
from grader.drafting.variables import Variables, escaped
from grader.evidence import Evidence
from grader.facts import Container, Event, Mount
from grader.messages import msg
from grader.needs import ContainerNeed, EnvFileNeed, HttpNeed, LogsNeed
from grader.series import Seen

MAX_CONTAINERS, MAX_NEEDS = 24, 200
PICKS = ("name", "image", "service", "project")
OF_DOCKER = frozenset(("bridge", "host", "none", "podman", "default"))
SHELLS = frozenset(("sh", "bash", "ash", "zsh", "dash"))


@dataclass(frozen=True)
class Picked:
    """Containers that one need picks, and their ids."""

    fields: dict[str, str]
    found: tuple[Seen[Container], ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(seen.fact.id for seen in self.found)

    @property
    def service(self) -> dict[str, str]:
        """The fields that pick them as a service of Docker Compose; none where they are none."""
        return {k: v for k, v in self.fields.items() if k in {"service", "project"}}

    @property
    def best(self) -> Container:
        """The newest that ran well; else the newest."""
        well = (s.fact for s in self.found if s.fact.running)
        return next(well, self.found[0].fact)


def picked_containers(evidence: Evidence) -> list[Picked]:
    """Every container that was seen, picked as precisely as any need does; the first ones first."""
    needs = sorted(evidence.needs(ContainerNeed)[:MAX_NEEDS], key=lambda need: -len(_fields(need)))
    covered: set[str] = set()
    picked = []
    for need in needs:
        one = Picked(_fields(need), evidence.of(need).found)
        if one.ids - covered:
            covered |= one.ids
            picked.append(one)
    return sorted(picked, key=lambda one: one.found[-1].at)[:MAX_CONTAINERS]


def _fields(need: ContainerNeed | LogsNeed | HttpNeed) -> dict[str, str]:
    return {name: value for name in PICKS if (value := getattr(need, name))}


class Containers:
    """The containers of a recorded lab, and the objectives that they make.

    ``folder`` is that of the submission, where it is known.
    """

    def __init__(self, prover: Prover, variables: Variables, ids: Ids, folder: Path | None) -> None:
        self._prover = prover
        self._evidence = prover.evidence
        self._variables = variables
        self._ids = ids
        self._folder = folder
        self._suffix = ""

    def objectives(self) -> Iterator[Objective]:
        """What was done with each, in no order."""
        all_picked = picked_containers(self._evidence)
        for picked in all_picked:
            self._suffix = (
                f"-{slug(self._subject(picked), 'it')[:40]}" if len(all_picked) > 1 else ""
            )
            events = [seen for seen in self._evidence.events() if seen.fact.id in picked.ids]
            yield from self._of(picked, events)

    def _of(self, picked: Picked, events: list[Seen[Event]]) -> Iterator[Objective]:
        container = picked.best
        check = {"type": "container", **picked.fields}
        if not self._prover.holds(check):
            return
        check = self._prover.grown(check, self._options(container))
        run = self._new_id("run")
        began = _first(events, "create", "start") or picked.found[-1].at
        subject = self._subject(picked)
        hint = to_type(self._command(check))
        yield Objective(
            id=run,
            title=msg("A container ran: {subject}", subject=subject),
            checks=[{**check, "hint": hint}],
            weight=5,
            at=began,
        )
        yield from self._shows(picked, subject, run, began)
        yield from self._done(picked, subject, run, events)

    def _options(self, container: Container) -> Iterator[tuple[str, Any]]:
        for binding in container.ports:
            yield "ports", [port_told(binding).removesuffix("/tcp")]
        own = sorted(name for name, origin in container.env.items() if origin == "run")
        files = [need.path for need in self._evidence.needs(EnvFileNeed)] if own else []
        yield from (("env_file", path) for path in files[:1])
        if not files:
            yield from (("env", [name]) for name in own)
        yield "detached", True
        yield "health", "healthy"
        if container.restart not in {"", "no"}:
            yield "restart", container.restart.partition(":")[0]
        for mount in container.mounts:
            yield "mounts", [self._mount(mount) + (":ro" if mount.read_only else "")]
        for network in container.networks:
            if network not in OF_DOCKER and not network.endswith("_default"):
                yield "network", network

    def _mount(self, mount: Mount) -> str:
        """As ``docker run -v`` takes it, on whatever machine."""
        if mount.type == "volume" and not is_anonymous(mount.source):
            return f"{mount.source}:{mount.target}"
        if mount.type == "bind" and self._folder:
            inside = f"{self._folder.resolve().as_posix().rstrip('/')}/"
            if mount.source.startswith(inside):
                return f"./{mount.source.removeprefix(inside)}:{mount.target}"
        return mount.target

    def _shows(
        self, picked: Picked, subject: str, run: str, began: datetime
    ) -> Iterator[Objective]:
        """What it answered and wrote."""
        for need in self._evidence.needs(HttpNeed)[:MAX_NEEDS]:
            answers = [
                s for s in self._evidence.of(need).found if s.fact.container_id in picked.ids
            ]
            if not answers:
                continue
            answer = answers[0].fact
            check = {"type": "http", **_fields(need), "port": need.port, "path": need.path}
            check |= {"status": answer.status}
            text = stable.of_page(answer.body, self._variables.differing)
            check = self._prover.grown(check, [("contains", text)] if text else [])
            if self._prover.holds(check):
                yield Objective(
                    id=self._new_id("answers"),
                    title=msg(
                        "{subject} answers on its port {port}", subject=subject, port=need.port
                    ),
                    checks=[check],
                    weight=3,
                    requires=(run,),
                    notes=(
                        msg(
                            "`contains` is a text that every learner's page must hold: adapt "
                            "it, or leave it out."
                        ),
                    )
                    if "contains" in check
                    else (),
                    at=max(began, answers[-1].at),
                )
        yield from self._logs(picked, subject, run, began)

    def _logs(self, picked: Picked, subject: str, run: str, began: datetime) -> Iterator[Objective]:
        for need in self._evidence.needs(LogsNeed)[:MAX_NEEDS]:
            logs = [s for s in self._evidence.of(need).found if s.fact.container_id in picked.ids]
            last = {seen.fact.container_id: seen.fact for seen in reversed(logs)}
            texts = (f"{log.stdout}\n{log.stderr}" for log in last.values())
            text = stable.of_logs(texts, self._variables.differing)
            check: Check = {"type": "logs", **_fields(need), "contains": text}
            if text and self._prover.holds(check):
                yield Objective(
                    id=self._new_id("logs"),
                    title=msg("The log of {subject} says what it should", subject=subject),
                    checks=[check],
                    requires=(run,),
                    notes=(
                        msg(
                            "`contains` is a piece of the recorded log that looked stable: no "
                            "times, no ids. Choose another one if it is not."
                        ),
                    ),
                    at=max(began, logs[-1].at),
                )
                return

    def _done(
        self, picked: Picked, subject: str, run: str, events: list[Seen[Event]]
    ) -> Iterator[Objective]:
        """What was done with it."""
        name = picked.fields.get("name", "")
        service = escaped(picked.fields.get("service", ""))
        docker = "docker compose" if service else "docker"
        typing = escaped(name) or service or "CONTAINER"
        remove = "docker compose down" if service else f"docker rm {typing}"
        executed = _first(events, "exec_start")
        check: Check = {"type": "executed", **picked.fields}
        if executed and self._prover.holds(check):
            programs = [e.fact.command.split() for e in events if e.fact.action == "exec_start"]
            words = [w[0] for w in programs if w and w[0].rpartition("/")[2] not in SHELLS]
            check = self._prover.grown(check, [("command", word) for word in words[:1]])
            typed = f"{docker} exec {typing} {escaped(check.get('command', 'sh'))}"
            yield Objective(
                self._new_id("exec"),
                msg("A command was run in {subject}", subject=subject),
                [{**check, "hint": msg("While it runs, run `{command}`.", command=typed)}],
                weight=1,
                requires=(run,),
                at=executed,
            )
        check = {"type": "stopped", **picked.fields}
        stopped = _first(events, "stop", "kill", "die")
        if stopped and self._prover.holds(check):
            title = msg("A container was stopped: {subject}", subject=subject)
            yield Objective(
                self._new_id("stop"),
                title,
                [{**check, "hint": to_type(f"{docker} stop {typing}")}],
                1,
                (run,),
                at=stopped,
            )
        check = {"type": "removed", **({"container": name} if name else picked.service)}
        removed = _first(events, "destroy")
        if removed and self._prover.holds(check):
            title = msg("A container was removed: {subject}", subject=subject)
            yield Objective(
                self._new_id("remove"),
                title,
                [{**check, "hint": to_type(remove)}],
                1,
                (run,),
                at=removed,
            )

    def _new_id(self, step: str) -> str:
        return self._ids.new(f"{step}{self._suffix}")

    def _subject(self, picked: Picked) -> str:
        """The container as a title calls it."""
        name = picked.fields.get("name") or picked.fields.get("service")
        return escaped(name) if name else self._variables.reference(picked.fields["image"])

    def _command(self, check: Check) -> str:
        """The command that starts such a container."""
        specified, image = written(check), str(check.get("image") or "")
        command = specified.run_command() if isinstance(specified, ContainerSubject) else ""
        return escaped(command.removesuffix(image)) + self._variables.reference(image)


def _first(events: list[Seen[Event]], *actions: str) -> datetime | None:
    return next((seen.at for seen in events if seen.fact.action in actions), None)
