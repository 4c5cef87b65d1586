"""The container lane: run, executed in, stopped, crashed, removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from grader.evidence import Evidence
from grader.facts import STOPPED_BY_SIGNAL, Container, Event
from grader.needs import ContainerNeed
from grader.reference import familiar
from grader.result import TimelineStep
from grader.series import Seen
from grader.timeline.folding import Life
from grader.timeline.last_words import LastWords
from grader.timeline.steps import AT_ONCE, Events, merged, step

NOT_RUN = {126, 127}
"""Exit codes of a command that is not executable or not there; others a shell passes on."""

REPEATED = ("docker exec", "docker start", "Exited")
"""What health checks and crash loops do over and over: shown once, with how often."""


def containers(evidence: Evidence, events: Events) -> Iterator[Life]:
    """Every container that events or states tell of, with its steps."""
    lives: dict[str, list[Seen[Event]]] = defaultdict(list)
    for event in events:
        if event.fact.type == "container":
            lives[event.fact.id].append(event)
    states: dict[str, list[Seen[Container]]] = defaultdict(list)
    gone: dict[str, datetime] = {}
    for need in evidence.needs(ContainerNeed):
        series = evidence.of(need)
        present = {seen.fact.id for seen in series.now}
        for state in reversed(series.found):
            states[state.fact.id].append(state)
            missed = state.fact.id not in present and not series.elsewhere(state)
            if missed and not series.unavailable and series.looked_at:
                gone[state.fact.id] = series.looked_at
    said = LastWords(evidence)
    for id_ in dict.fromkeys([*lives, *states]):
        name = next((e.fact.name for e in reversed(lives[id_]) if e.fact.name), "")
        name = name or next((state.fact.name for state in states[id_]), "")
        steps = [*_lived(lives[id_], name, said, _code_of_no_start(states[id_]))]
        steps += _unseen_life(states[id_], lives[id_], gone.get(id_), said)
        if steps:
            yield Life(name, [*_without_repeats(steps)])


def _exited(
    at: datetime, subject: Event | Container, said: LastWords, *, oom: bool = False
) -> TimelineStep:
    code = subject.exit_code or 0
    failed = oom or code not in {0, *STOPPED_BY_SIGNAL}
    return step(
        "container",
        at,
        f"Exited ({code})",
        detail=subject.name,
        failed=failed,
        exit_code=code,
        last_words=said.of(subject.id, at) if failed else "",
    )


def _code_of_no_start(states: Sequence[Seen[Container]]) -> int | None:
    """The exit code of a container that could not be started; None where nothing tells of one."""
    created = (seen.fact for seen in states if seen.fact.status == "created")
    return next((fact.exit_code for fact in created if fact.exit_code), None)


def _lived(
    events: Events, name: str, said: LastWords, no_start: int | None
) -> Iterator[TimelineStep]:
    """The steps of one container that events tell."""
    for number, run in enumerate(_runs(events)):
        opening = run[0]
        if opening.fact.action in {"create", "start"}:
            first = ("docker run", familiar(opening.fact.image))
            words = ("docker start", name) if number else first
            code = no_start if opening.fact.action == "create" else None
            failed = code is not None
            yield step("container", opening.at, *words, detail=name, failed=failed, exit_code=code)
            if failed and (start := next((e for e in run if e.fact.action == "start"), None)):
                yield step("container", start.at, "docker start", name, detail=name)
        yield from _executed(run, name)
        yield from _ended(run, name, said)
    for seen in events:
        if seen.fact.action == "destroy":
            yield step("container", seen.at, "docker rm", name)


def _runs(events: Events) -> Iterator[Events]:
    """A container's events, divided where it starts again."""
    run: list[Seen[Event]] = []
    for seen in events:
        if seen.fact.action == "start" and any(e.fact.action == "start" for e in run):
            yield run
            run = []
        run.append(seen)
    if run:
        yield run


def _executed(run: Events, name: str) -> Iterator[TimelineStep]:
    """The commands executed; what could not run has an end that says so, or on old engines none."""
    begun: dict[str | int, Seen[Event]] = {}
    codes: dict[int, int | None] = {}
    for seen in run:
        exec_id = seen.fact.exec_id
        if seen.fact.action == "exec_start":
            begun[exec_id or id(seen)] = seen
        elif seen.fact.action == "exec_die":
            # An end that does not tell whose it is: what began last ends first.
            ended = begun.pop(exec_id or next(reversed(begun), ""), None)
            codes[id(ended)] = seen.fact.exit_code
    over = any(seen.fact.action == "die" for seen in run)
    never_ran = {id(seen) for seen in begun.values() if over and seen.fact.exec_id}
    for seen in run:
        if seen.fact.action == "exec_start":
            code = codes.get(id(seen))
            failed = code in NOT_RUN or id(seen) in never_ran
            words = ["docker exec", name, seen.fact.command]
            yield step("container", seen.at, *words, failed=failed, exit_code=code)


def _ended(run: Events, name: str, said: LastWords) -> Iterator[TimelineStep]:
    by_action = {seen.fact.action: seen for seen in reversed(run)}
    stop, kill, died = by_action.get("stop"), by_action.get("kill"), by_action.get("die")
    destroyed = by_action.get("destroy")
    if stop:
        yield step("container", stop.at, "docker stop", name)
    elif kill and died:
        if destroyed is None or destroyed.at - kill.at > AT_ONCE:
            command = "Ctrl-C" if kill.fact.signal in {"2", "SIGINT"} else "docker kill"
            yield step("container", kill.at, command, name)
    elif died:
        yield _exited(died.at, died.fact, said)


def _unseen_life(
    states: Sequence[Seen[Container]], events: Events, gone: datetime | None, said: LastWords
) -> Iterator[TimelineStep]:
    """The steps of one container that its states tell and ``events`` do not."""
    if not states:
        return
    actions = {seen.fact.action for seen in events}
    ordered = sorted(states, key=lambda seen: seen.at)
    first, last = ordered[0], ordered[-1].fact
    if not actions & {"create", "start"}:
        at = first.fact.created or first.fact.started
        code = _code_of_no_start([first])
        yield step(
            "container",
            min(at or first.at, first.at),
            "docker run",
            familiar(first.fact.image),
            detail=first.fact.name,
            failed=code is not None,
            exact=at is not None,
            exit_code=code,
        )
    if last.status == "exited" and last.finished and not actions & {"stop", "kill", "die"}:
        yield _exited(last.finished, last, said, oom=last.oom_killed)
    if gone and "destroy" not in actions:
        yield step("container", gone, "docker rm", last.name, exact=False)


def _without_repeats(steps: Sequence[TimelineStep]) -> Iterator[TimelineStep]:
    repeats: dict[tuple[str, bool], list[TimelineStep]] = defaultdict(list)
    for told in steps:
        if told.label.startswith(REPEATED):
            repeats[told.label, told.failed].append(told)
        else:
            yield told
    for same in repeats.values():
        yield merged(same) if len(same) > 1 else same[0]
