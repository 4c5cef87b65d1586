"""``logs``: the output of a container, as ``docker logs`` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from grader.check import Check, Part, Unproven, Verdict, judge_series
from grader.checking.sought import SoughtText
from grader.checking.subject import ContainerSubject
from grader.evidence import Evidence
from grader.facts import Fact
from grader.facts import Logs as LogsFact
from grader.messages import msg
from grader.needs import Need


class Logs(SoughtText, ContainerSubject, Check):
    """A container's log holds each text of ``contains``, and a match of ``matches``.

    ``at_least`` is how often each must stand in it, ``matches`` in how many lines. ``stream`` is
    where; a container with a terminal (``-t``) writes all to ``stdout``. At least one of
    ``contains`` and ``matches`` is required.
    """

    type: Literal["logs"]
    stream: Literal["any", "stdout", "stderr"] = "any"
    at_least: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _seeks_something(self) -> Self:
        if not self.seeks:
            raise ValueError(msg("give contains or matches; with neither it would assert nothing"))
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        return [self.logs_need, *self.subject_needs()]

    def judge(self, evidence: Evidence) -> Verdict:
        run = {seen.fact.id for seen in self.containers(evidence).now if seen.fact.running}
        return judge_series(
            evidence.of(self.logs_need, reproduced=True),
            lambda logs: (
                self._never_started(logs, evidence)
                or list(self._parts(logs, goes_on=logs.container_id in run))
            ),
            subject=msg("the log of {subject}", subject=self.subject),
            detail=lambda logs: msg("its log, {size} bytes", size=logs.size),
            missing=lambda: self._no_log(evidence),
        )

    def _never_started(self, logs: LogsFact, evidence: Evidence) -> list[Part]:
        newest = self.newest(evidence, logs.container_id)
        if newest is None or not self.never_started(evidence, newest.fact):
            return []
        return [self.state(evidence, newest.fact)]

    def _parts(self, logs: LogsFact, *, goes_on: bool) -> Iterator[Part]:
        text = {
            "any": f"{logs.stdout}\n{logs.stderr}",
            "stdout": logs.stdout,
            "stderr": logs.stderr,
        }[self.stream].replace("\r\n", "\n")
        show = msg(
            "look at it with `docker logs {name}`, and run `grade-lab` again", name=self.typed
        )
        if not (logs.stdout + logs.stderr).strip():
            show = msg(
                "a Python program may hold its output back: put `ENV PYTHONUNBUFFERED=1` into the "
                "Dockerfile, build and run again"
            )
        cut = msg("the log is longer than what grade-lab reads of it")
        for wanted, count in self.counts(text):
            yield Part(
                count >= self.at_least,
                wanted
                if self.at_least == 1
                else msg("{count} × {what}", count=self.at_least, what=wanted),
                msg("found {count} times", count=count) if text.strip() else msg("an empty log"),
                show,
                problem=msg("the log of {subject} lacks something", subject=self.subject),
                unknown=None
                if logs.complete or count >= self.at_least
                else Unproven(message=cut, hint=show),
                pending=goes_on,
            )

    def _no_log(self, evidence: Evidence) -> Verdict:
        if not self.containers(evidence).found:
            return self.missing(evidence)
        return Unproven(
            message=msg("{subject}: its log was not seen", subject=self.subject),
            hint=msg("run it again with `grade-lab watch` open in a second terminal"),
        )
