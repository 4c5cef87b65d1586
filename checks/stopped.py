"""``stopped``: a container was stopped, and did not just end by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from grader.check import (
    Check,
    Failed,
    Passed,
    Proof,
    Unproven,
    Verdict,
    conclude,
    unavailable,
)
from grader.checking.moments import LONG_AGO, SKEW
from grader.checking.subject import ContainerSubject, renamed
from grader.evidence import Evidence, Seen, Series
from grader.facts import STOPPED_BY_SIGNAL, Container, Event, Fact
from grader.messages import Message, msg
from grader.needs import ContainerNeed, EngineNeed, Need

ENDING_SIGNALS = frozenset({"2", "3", "9", "15", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM"})


class Stopped(ContainerSubject, Check):
    """A container that ran was stopped: ``docker stop``, Ctrl-C, ``docker kill`` or ``rm -f``.

    One that ended by itself was not stopped. Where no event tells, one that was seen to run and
    later was seen ended or was gone counts as stopped, and so does one whose exit code is that of a
    signal (130, 137, 143). Podman often leaves out the event of a stop: there, an end with exit
    code 0 tells nothing.
    """

    type: Literal["stopped"]

    def needs(self) -> Iterable[Need[Fact]]:
        return [*self.subject_needs(), self.logs_need, EngineNeed()]

    def judge(self, evidence: Evidence) -> Verdict:
        series = self.containers(evidence)
        died = {e.fact.id: e for e in self._ends(evidence)}
        proof = self._stop_event(evidence) or self._stopped_state(series, evidence)
        if proof is not None:
            return Passed(
                message=msg("{subject} was stopped", subject=self.subject), proofs=(proof,)
            )
        if series.unavailable:
            return unavailable(series)
        running = next((seen for seen in series.now if seen.fact.running), None)
        if running is not None:
            return Failed(
                message=msg("{subject} still runs", subject=self.subject),
                proofs=(Proof.of(running, _was(running.fact)),),
                hint=msg("run `docker stop {name}`, and then `grade-lab`", name=running.fact.name),
                pending=True,
            )
        if not series.found and not self.events(evidence, "die"):
            return self.missing(evidence)
        return self._ended_by_itself(evidence, series, died.values())

    def _ends(self, evidence: Evidence) -> Sequence[Seen[Event]]:
        """The events of an end that tell how it came."""
        podman = any(seen.fact.product == "Podman" for seen in evidence.of(EngineNeed()).found)
        died = self.events(evidence, "die")
        return [seen for seen in died if not (podman and seen.fact.exit_code == 0)]

    def _stop_event(self, evidence: Evidence) -> Proof | None:
        """Of the first event that ended a run for good; ``docker restart`` ends one too."""
        runs: dict[str, list[list[Seen[Event]]]] = defaultdict(lambda: [[]])
        for seen in self.events(evidence, "kill", "stop", "start", "restart", "die"):
            of_this = runs[seen.fact.id]
            if seen.fact.action == "restart":
                del of_this[-2:-1]
            elif seen.fact.action == "start":
                of_this.append([])
            else:
                of_this[-1].append(seen)
        too_large = {s.fact.id for s in self.containers(evidence).found if s.fact.oom_killed}
        for run in (run for of_one in runs.values() for run in of_one):
            ended = any(seen.fact.action == "die" for seen in run)
            for seen in run:
                if seen.fact.action == "stop":
                    return Proof.of(seen, msg("docker stop {name}", name=seen.fact.name))
                if ended and seen.fact.signal in ENDING_SIGNALS and seen.fact.id not in too_large:
                    return Proof.of(seen, msg("signal {signal}", signal=seen.fact.signal))
        return None

    def _stopped_state(self, series: Series[Container], evidence: Evidence) -> Proof | None:
        """Of a state that only one that was stopped has, where no event tells of its end."""
        died = self._ends(evidence)
        ran: dict[str, Seen[Container]] = {}
        for seen in reversed(series.found):
            container = seen.fact
            if container.running:
                ran.setdefault(container.id, seen)
            elif container.status in {"exited", "dead"} and not container.oom_killed:
                by_signal = container.exit_code in STOPPED_BY_SIGNAL
                if (by_signal or container.id in ran) and not _told(container, died):
                    return Proof.of(seen, _was(container))
        for seen in self._gone(series, evidence):
            if seen.fact.running and not _told(seen.fact, died):
                return Proof.of(seen, msg("{name} ran, and is gone now", name=seen.fact.name))
        return None

    def _gone(self, series: Series[Container], evidence: Evidence) -> Iterator[Seen[Container]]:
        """The last sight of each container that is there no more."""
        # One that is still there may have lost its image's name, or its own.
        named = evidence.of(ContainerNeed(name=self.name)).now if self.name else ()
        there = {seen.fact.id for seen in (*series.now, *named)}
        there |= renamed(evidence, self.name).keys()
        # Without a name, a look may have been at one container alone, and tells of no other.
        whole = self.name is not None and not series.unavailable
        for id_, seen in {seen.fact.id: seen for seen in reversed(series.found)}.items():
            missed = any(went.last.seq >= seen.seq for went in series.departures)
            if id_ not in there and (whole or missed):
                yield seen

    def _ended_by_itself(
        self, evidence: Evidence, series: Series[Container], died: Collection[Seen[Event]]
    ) -> Verdict:
        seen = next(iter(series.found), None)
        if seen is not None and self.never_started(evidence, seen.fact):
            state = self.state(evidence, seen.fact)
            return conclude([state], (), passed=self.subject, failed=self.subject)
        last = max(died, key=lambda event: event.at, default=None)
        code = last.fact.exit_code if last else seen.fact.exit_code if seen else None
        if last is None and not code:
            return Unproven(
                message=msg("{subject} ended, and nothing tells how", subject=self.subject),
                hint=msg(
                    "start it again, run `grade-lab` while it runs, then `docker stop {name}`, and "
                    "then `grade-lab` once more",
                    name=self.typed,
                ),
            )
        return Failed(
            message=msg(
                "{subject} ended by itself (exit code {code})", subject=self.subject, code=code
            ),
            proofs=tuple(Proof.of(event, event.fact.action) for event in died),
            actual=self.last_words(evidence, seen.fact) if seen else None,
            hint=msg(
                "run it so that it keeps running, then run `docker stop {name}`, and then "
                "`grade-lab`",
                name=self.typed,
            ),
        )


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


def _was(container: Container) -> Message:
    return msg("container {name} was {status}", name=container.name, status=container.status)
