"""``stopped``: a container was stopped, and did not just end by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
from grader.checking.elsewhere import last_seen_elsewhere
from grader.checking.stops import ends, stops, was
from grader.checking.subject import ContainerSubject
from grader.evidence import Evidence
from grader.facts import Container, Event, Fact
from grader.messages import msg
from grader.needs import EngineNeed, Need
from grader.series import Seen, Series


class Stopped(ContainerSubject, Check):
    """A container that ran was stopped: ``docker stop``, Ctrl-C, ``docker kill`` or ``rm -f``.

    One that ended by itself was not stopped; one that ended with exit code 130 was, by Ctrl-C in
    its terminal. Where no event tells, one that was seen to run and later was seen ended or was
    gone counts as stopped, and so does one whose exit code is that of a signal (130, 137, 143).
    Podman often leaves out the event of a stop: there, an end with exit code 0 tells nothing.
    """

    type: Literal["stopped"]

    def needs(self) -> Iterable[Need[Fact]]:
        return [*self.subject_needs(), self.logs_need, EngineNeed()]

    def judge(self, evidence: Evidence) -> Verdict:
        series = self.containers(evidence)
        stop = next(iter(stops(self, evidence)), None)
        if stop is not None:
            return Passed(
                message=msg("{subject} was stopped", subject=self.subject),
                proofs=(Proof.of(stop.seen, stop.how),),
            )
        if series.unavailable:
            return unavailable(series)
        running = next((seen for seen in series.now if seen.fact.running), None)
        if running is not None:
            return Failed(
                message=msg("{subject} still runs", subject=self.subject),
                proofs=(Proof.of(running, was(running.fact)),),
                hint=msg("run `docker stop {name}`, and then `grade-lab`", name=running.fact.name),
                pending=True,
            )
        if not series.found and not self.events(evidence, "die"):
            return self.missing(evidence)
        last = next(iter(series.found), None)
        if last and last.fact.running and series.elsewhere(last):
            return last_seen_elsewhere(last, self.subject, f"docker stop {self.typed}")
        died = {e.fact.id: e for e in ends(self, evidence)}
        return self._ended_by_itself(evidence, series, died.values())

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
