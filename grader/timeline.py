"""The timeline: the steps of the lab in the order in which they happened, each once.

A step comes from the engine's events; where those are missing (the engine keeps few, and forgets
them when it restarts), from the states that were seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from grader.evidence import Evidence, Seen
from grader.facts import STOPPED_BY_SIGNAL, Container, Event, Image
from grader.needs import ContainerNeed, EventsNeed, ImageNeed, LoginNeed, ManifestNeed
from grader.reference import familiar
from grader.result import TimelineStep

MAX_STEPS = 200
MAX_LABEL = 300
AT_ONCE = timedelta(seconds=2)
"""``docker rm --force`` kills and removes within this time."""

NOT_RUN = {126, 127}
"""Exit codes of a command that is not executable or not there; others a shell passes on."""

REPEATED = ("docker exec", "docker start", "Exited")
"""What health checks and crash loops do over and over: shown once, with how often."""

Events = Sequence[Seen[Event]]
"""Oldest first."""


def timeline(evidence: Evidence) -> tuple[TimelineStep, ...]:
    """Steps by time; of more than 200, the first and the last 100.

    At equal times, images come before the registry, and that before containers.
    """
    # Several runs may have recorded the same event.
    once = {(seen.at, seen.fact): seen for seen in evidence.of(EventsNeed()).found[::-1]}
    events = sorted(once.values(), key=lambda seen: seen.at)
    lanes = (_images(evidence, events), _registry(evidence, events), _containers(evidence, events))
    steps = sorted((step for lane in lanes for step in lane), key=lambda step: step.at)
    half = MAX_STEPS // 2
    return tuple(steps if len(steps) <= MAX_STEPS else steps[:half] + steps[-half:])


def _step(
    lane: Literal["image", "registry", "container"],
    at: datetime,
    *words: str,
    detail: str = "",
    failed: bool = False,
    exact: bool = True,
) -> TimelineStep:
    label = " ".join(word for word in words if word)
    if len(label) > MAX_LABEL:
        label = label[: MAX_LABEL - 1] + "…"
    return TimelineStep(at=at, lane=lane, label=label, detail=detail, failed=failed, exact=exact)


_image_step = partial(_step, "image")
_registry_step = partial(_step, "registry")
_container_step = partial(_step, "container")


@dataclass(frozen=True, slots=True)
class _Naming:
    """An image got a name: at ``tagged``, or, if it is its first name, at ``built``.

    None where the engine does not tell: ``seen`` at the latest.
    """

    id: str
    name: str
    seen: datetime
    built: datetime | None
    tagged: datetime | None


def _images(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; also the pull, in the registry lane, that only the image itself tells of."""
    pulled = {familiar(e.fact.name): e.at for e in reversed(events) if e.fact.action == "pull"}
    names: dict[str, list[str]] = defaultdict(list)
    namings = [
        _Naming(e.fact.id, familiar(e.fact.name), seen=e.at, built=e.at, tagged=e.at)
        for e in events
        if e.fact.type == "image" and e.fact.action in {"tag", "build"}
    ]
    known = {(naming.name, naming.id) for naming in namings}
    for need in evidence.needs(ImageNeed):
        name = familiar(need.image)
        for seen in reversed(evidence.of(need).found):
            if (name, seen.fact.id) in known:
                continue
            known.add((name, seen.fact.id))
            if name in pulled and pulled[name] <= seen.at:
                names[seen.fact.id].append(name)
            elif seen.fact.only_pulled:
                names[seen.fact.id].append(name)
                yield _registry_step(seen.at, "docker pull", name, exact=False)
            else:
                image = seen.fact
                namings.append(_Naming(image.id, name, seen.at, image.built_at, image.last_tagged))
    for naming in sorted(namings, key=lambda n: min(n.built or n.tagged or n.seen, n.seen)):
        earlier = names[naming.id]
        if earlier and naming.name not in earlier:
            words, at = ["docker tag", earlier[0], naming.name], naming.tagged
        else:
            words, at = ["docker build -t", naming.name, "."], naming.built or naming.tagged
        earlier.append(naming.name)
        yield _image_step(min(at or naming.seen, naming.seen), *words, exact=at is not None)
    yield from _image_removals(evidence, events, names)


def _image_removals(
    evidence: Evidence, events: Events, names: Mapping[str, Sequence[str]]
) -> Iterator[TimelineStep]:
    untags = [e for e in events if e.fact.type == "image" and e.fact.action == "untag"]
    # A removal is an untag, and a delete too where no name is left: one step.
    told = {e.fact.id for e in untags}
    removals = untags + [e for e in events if e.fact.action == "delete" and e.fact.id not in told]
    for seen in removals:
        known = list(dict.fromkeys(names.get(seen.fact.id, ())))
        if seen.fact.name:
            known = [familiar(seen.fact.name)]
        if len(known) == 1:
            yield _image_step(seen.at, "docker image rm", known[0])
        else:
            short_id = seen.fact.id.removeprefix("sha256:")[:12]
            yield _image_step(seen.at, "docker image rm", short_id, detail=", ".join(known))
    for need in evidence.needs(ImageNeed):
        series, name = evidence.of(need), familiar(need.image)
        if series.gone and series.looked_at and not _removed(removals, series.found[0], name):
            yield _image_step(series.looked_at, "docker image rm", name, exact=False)


def _removed(removals: Events, last: Seen[Image], name: str) -> bool:
    return any(
        e.at >= last.at and (e.fact.id == last.fact.id or familiar(e.fact.name) == name)
        for e in removals
    )


def _registry(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps; a manifest in the registry tells of a push that no event tells of."""
    for login in evidence.needs(LoginNeed):
        found = evidence.of(login).found
        if found:
            registry = "" if login.registry == "docker.io" else login.registry
            yield _registry_step(found[-1].at, "docker login", registry, exact=False)
    moves = [e for e in events if e.fact.type == "image" and e.fact.action in {"push", "pull"}]
    for seen in moves:
        yield _registry_step(seen.at, "docker", seen.fact.action, familiar(seen.fact.name))
    moved = {familiar(e.fact.name) for e in moves}
    for need in evidence.needs(ManifestNeed):
        name, manifests = familiar(need.image), evidence.of(need).found
        if manifests and name not in moved:
            yield _registry_step(manifests[-1].at, "docker push", name, exact=False)


def _containers(evidence: Evidence, events: Events) -> Iterator[TimelineStep]:
    """The steps of every container that events or states tell of, one container after another."""
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
            if state.fact.id not in present and not series.unavailable and series.looked_at:
                gone[state.fact.id] = series.looked_at
    for container in dict.fromkeys([*lives, *states]):
        life = [*_lived(lives[container])]
        life += _unseen_life(states[container], lives[container], gone.get(container))
        yield from _without_repeats(life)


def _exited(at: datetime, name: str, code: int | None, *, oom: bool = False) -> TimelineStep:
    failed = oom or (bool(code) and code not in STOPPED_BY_SIGNAL)
    return _container_step(at, f"Exited ({code or 0})", detail=name, failed=failed)


def _lived(events: Events) -> Iterator[TimelineStep]:
    """The steps of one container that events tell."""
    name = next((e.fact.name for e in reversed(events) if e.fact.name), "")
    for number, run in enumerate(_runs(events)):
        opening = run[0]
        if opening.fact.action in {"create", "start"}:
            first = ("docker run", familiar(opening.fact.image))
            words = ("docker start", name) if number else first
            yield _container_step(opening.at, *words, detail=name)
        yield from _executed(run, name)
        yield from _ended(run, name)
    for seen in events:
        if seen.fact.action == "destroy":
            yield _container_step(seen.at, "docker rm", name)


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
    running: list[Seen[Event]] = []
    failed: list[Seen[Event]] = []
    for seen in run:
        if seen.fact.action == "exec_start":
            running.append(seen)
        elif seen.fact.action == "exec_die" and running:
            # The end does not name its command: what began last ends first.
            ended = running.pop()
            if seen.fact.exit_code in NOT_RUN:
                failed.append(ended)
    for seen in run:
        if seen.fact.action == "exec_start":
            words = ["docker exec", name, seen.fact.command]
            yield _container_step(seen.at, *words, failed=seen in failed)


def _ended(run: Events, name: str) -> Iterator[TimelineStep]:
    by_action = {seen.fact.action: seen for seen in reversed(run)}
    stop, kill, died = by_action.get("stop"), by_action.get("kill"), by_action.get("die")
    destroyed = by_action.get("destroy")
    if stop:
        yield _container_step(stop.at, "docker stop", name)
    elif kill and died:
        if destroyed is None or destroyed.at - kill.at > AT_ONCE:
            command = "Ctrl-C" if kill.fact.signal in {"2", "SIGINT"} else "docker kill"
            yield _container_step(kill.at, command, name)
    elif died:
        yield _exited(died.at, name, died.fact.exit_code)


def _unseen_life(
    states: Sequence[Seen[Container]], events: Events, gone: datetime | None
) -> Iterator[TimelineStep]:
    """The steps of one container that its states tell and ``events`` do not."""
    if not states:
        return
    actions = {seen.fact.action for seen in events}
    ordered = sorted(states, key=lambda seen: seen.at)
    first, last = ordered[0], ordered[-1].fact
    if not actions & {"create", "start"}:
        at = first.fact.created or first.fact.started
        yield _container_step(
            min(at or first.at, first.at),
            "docker run",
            familiar(first.fact.image),
            detail=first.fact.name,
            failed=first.fact.status == "created" and bool(first.fact.exit_code),
            exact=at is not None,
        )
    if last.status == "exited" and last.finished and not actions & {"stop", "kill", "die"}:
        yield _exited(last.finished, last.name, last.exit_code, oom=last.oom_killed)
    if gone and "destroy" not in actions:
        yield _container_step(gone, "docker rm", last.name, exact=False)


def _without_repeats(steps: Sequence[TimelineStep]) -> Iterator[TimelineStep]:
    counts = Counter(step.label for step in steps if step.label.startswith(REPEATED))
    for told in steps:
        if told.label not in counts:
            yield told
        elif count := counts[told.label]:
            counts[told.label] = 0
            detail = f"{told.detail} ×{count}".strip() if count > 1 else told.detail
            yield told.model_copy(update={"detail": detail})
