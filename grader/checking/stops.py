"""How containers were stopped, as far as anything tells: by somebody, and not by themselves."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from grader.checking.subject import ContainerSubject, renamed
from grader.checking.times import LONG_AGO, SKEW
from grader.evidence import Evidence
from grader.facts import STOPPED_BY_SIGNAL, Container, Event
from grader.messages import Message, msg
from grader.needs import ContainerNeed, EngineNeed
from grader.series import Departure, Seen

CTRL_C = 130
"""The exit code that it leaves. With a terminal (``-t``) the engine has no part in it."""

ENDING_SIGNALS = frozenset({"2", "3", "9", "15", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM"})


class Stop(NamedTuple):
    """A container was stopped: ``seen`` tells it, and ``how`` says in words what was seen.

    It was from ``earliest`` to ``latest``, exactly then when they are equal. Bounds that differ are
    those of looks, by the clock of who looked.
    """

    seen: Seen[Event] | Seen[Container]
    how: Message
    earliest: datetime
    latest: datetime


def stops(subject: ContainerSubject, evidence: Evidence) -> tuple[Stop, ...]:
    """Every stop of such containers that something tells, those that an event tells first.

    It needs what the subject does, and the engine's product.
    """
    of = "stops", subject.container_need
    return evidence.once(of, lambda: (*_by_event(subject, evidence), *_by_state(subject, evidence)))


def ends(subject: ContainerSubject, evidence: Evidence) -> Sequence[Seen[Event]]:
    """The events of an end that tell how it came."""
    podman = any(seen.fact.product == "Podman" for seen in evidence.of(EngineNeed()).found)
    died = subject.events(evidence, "die")
    return [seen for seen in died if not (podman and seen.fact.exit_code == 0)]


def _by_event(subject: ContainerSubject, evidence: Evidence) -> Iterator[Stop]:
    """Of the first event that ended each run for good; ``docker restart`` ends one too."""
    runs: dict[str, list[list[Seen[Event]]]] = defaultdict(lambda: [[]])
    for seen in subject.events(evidence, "kill", "stop", "start", "restart", "die"):
        of_this = runs[seen.fact.id]
        if seen.fact.action == "restart":
            del of_this[-2:-1]
        elif seen.fact.action == "start":
            of_this.append([])
        else:
            of_this[-1].append(seen)
    too_large = {s.fact.id for s in subject.containers(evidence).found if s.fact.oom_killed}
    for run in (run for of_one in runs.values() for run in of_one):
        ended = any(seen.fact.action == "die" for seen in run)
        for seen in run:
            fact = seen.fact
            if fact.action == "stop":
                yield Stop(seen, msg("docker stop {name}", name=fact.name), seen.at, seen.at)
                break
            signal = "2" if fact.exit_code == CTRL_C else fact.signal
            if ended and signal in ENDING_SIGNALS and fact.id not in too_large:
                yield Stop(seen, msg("signal {signal}", signal=signal), seen.at, seen.at)
                break


def _by_state(subject: ContainerSubject, evidence: Evidence) -> Iterator[Stop]:
    """Of states that only one that was stopped has, where no event tells of its end."""
    died = ends(subject, evidence)
    ran: dict[str, Seen[Container]] = {}
    for seen in reversed(subject.containers(evidence).found):
        container = seen.fact
        if container.running:
            ran[container.id] = seen
        elif container.status in {"exited", "dead"} and not container.oom_killed:
            before = ran.get(container.id)
            by_signal = container.exit_code in STOPPED_BY_SIGNAL
            if (by_signal or before) and not _told(container, died):
                since = before.at if before else LONG_AGO
                exactly = container.finished
                yield Stop(seen, was(container), exactly or since, exactly or seen.at)
    for seen, missed_at in _gone(subject, evidence):
        if seen.fact.running and not _told(seen.fact, died):
            how = msg("{name} ran, and is gone now", name=seen.fact.name)
            yield Stop(seen, how, seen.at, missed_at)


def _gone(
    subject: ContainerSubject, evidence: Evidence
) -> Iterator[tuple[Seen[Container], datetime]]:
    """The last sight of each container that is there no more, and when it was first missed."""
    series = subject.containers(evidence)
    # One that is still there may have lost its image's name, or its own.
    named = evidence.of(ContainerNeed(name=subject.name)).now if subject.name else ()
    there = {seen.fact.id for seen in (*series.now, *named)}
    there |= renamed(evidence, subject.name).keys()
    # Without a name, a look may have been at one container alone, and tells of no other.
    whole = subject.name is not None and not series.unavailable
    departures: dict[str, list[Departure[Container]]] = defaultdict(list)
    for went in series.departures:
        departures[went.last.engine].append(went)
    for id_, seen in {seen.fact.id: seen for seen in reversed(series.found)}.items():
        if id_ in there:
            continue
        there_too = departures[seen.engine]
        after = bisect_left(there_too, seen.seq, key=lambda went: went.last.seq)
        missed = there_too[after].at if after < len(there_too) else None
        if missed is None and whole and not series.elsewhere(seen):
            missed = series.looked_at
        if missed is not None:
            yield seen, missed


def _told(container: Container, died: Iterable[Seen[Event]]) -> bool:
    """Whether one of these events is of the end of the run in which the container was seen."""
    began = container.started or LONG_AGO
    ended = container.finished if container.finished and not container.running else None
    return any(
        seen.fact.id == container.id
        and seen.at >= began
        and (ended is None or abs(seen.at - ended) <= SKEW)
        for seen in died
    )


def was(container: Container) -> Message:
    """A container's state, in words."""
    return msg("container {name} was {status}", name=container.name, status=container.status)
