"""``executed``: a command was run inside a container, with ``docker exec``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Self

from pydantic import model_validator

from grader.check import Check, Failed, NonBlank, Passed, Proof, Unproven, Verdict, unavailable
from grader.checking.execs import ran
from grader.checking.sought import SoughtText
from grader.checking.subject import ContainerSubject
from grader.evidence import Evidence
from grader.facts import Event, Fact
from grader.messages import Message, msg
from grader.needs import Need
from grader.series import Seen


class CommandText(SoughtText):
    """What a command line holds: ``contains``, ``matches`` or both."""

    @model_validator(mode="after")
    def _seeks_something(self) -> Self:
        if not self.seeks:
            raise ValueError(msg("give contains or matches; with neither it would assert nothing"))
        return self


class Executed(ContainerSubject, Check):
    """``docker exec`` ran a command in a container. One that could not be started, as it is not
    there, does not count. ``command`` is text that the command line contains, or ``{contains: …}``,
    ``{matches: …}``; without it any command counts. ``exit_code`` is that of its end.
    """

    type: Literal["executed"]
    command: NonBlank | CommandText | None = None
    exit_code: int | None = None

    def needs(self) -> Iterable[Need[Fact]]:
        return self.subject_needs()

    def judge(self, evidence: Evidence) -> Verdict:
        executed = ran(self, evidence)
        sought = self._sought
        fitting = [e for e in executed if not sought or sought.found_in(e.fact.command)]
        proof = next((e for e in fitting if self._ended_so(e, evidence)), None)
        if proof is not None:
            return Passed(
                message=msg("a command was run in {subject}", subject=self.subject),
                proofs=(Proof.of(proof, _detail(proof)),),
            )
        if evidence.event_window.unavailable:
            return unavailable(evidence.event_window)
        if fitting:
            return self._ended_otherwise(fitting[-1], evidence)
        if executed and sought:
            return self._another(executed, sought)
        if not self.containers(evidence).found and not self.events(evidence):
            return self.missing(evidence)
        message = msg("no command was seen to be run in {subject}", subject=self.subject)
        begun = [Proof.of(e, _detail(e)) for e in self.events(evidence, "exec_start")]
        if begun:
            message = msg(
                "the command begun in {subject} is not there, or has not ended yet",
                subject=self.subject,
            )
        return Unproven(message=message, proofs=tuple(begun[-1:]), hint=self._hint)

    def _code(self, begun: Seen[Event], evidence: Evidence) -> int | None:
        """The exit code of a command; None where no event tells."""
        ends = [e for e in self.events(evidence, "exec_die") if e.at >= begun.at]
        own = (e.fact.exit_code for e in ends if e.fact.exec_id == begun.fact.exec_id)
        return next(own, None)

    def _ended_so(self, begun: Seen[Event], evidence: Evidence) -> bool:
        return self.exit_code is None or self._code(begun, evidence) == self.exit_code

    def _ended_otherwise(self, begun: Seen[Event], evidence: Evidence) -> Verdict:
        code = self._code(begun, evidence)
        proofs = (Proof.of(begun, _detail(begun)),)
        if code is None:
            message = msg("nothing tells how the command in {subject} ended", subject=self.subject)
            return Unproven(message=message, proofs=proofs, hint=self._hint)
        return Failed(
            message=msg("the command in {subject} did not work", subject=self.subject),
            proofs=proofs,
            expected=msg("exit code {code}", code=self.exit_code),
            actual=msg("exit code {code}", code=code),
            hint=self._hint,
        )

    @property
    def _sought(self) -> SoughtText | None:
        return CommandText(contains=self.command) if isinstance(self.command, str) else self.command

    @property
    def _hint(self) -> Message:
        command = self.command if isinstance(self.command, str) else "sh"
        return msg(
            "run `docker exec -it {name} {command}` while it runs, and then `grade-lab`",
            name=self.typed,
            command=command,
        )

    def _another(self, executed: Sequence[Seen[Event]], sought: SoughtText) -> Verdict:
        # Only the program is told: the rest of a command line may hold a secret.
        programs = dict.fromkeys(e.fact.command.split()[0] for e in executed if e.fact.command)
        if not programs:
            return Unproven(
                message=msg("this engine does not tell which command was run"),
                hint=msg("ask your instructor: this point can be given by hand"),
            )
        return Failed(
            message=msg("another command was run in {subject}", subject=self.subject),
            proofs=tuple(Proof.of(e, _detail(e)) for e in executed[-1:]),
            expected=msg("{items}", items=[wanted for wanted, _ in sought.counts("")]),
            actual=msg("run: {programs}", programs=list(programs)[:5]),
            hint=self._hint,
        )


def _detail(seen: Seen[Event]) -> Message:
    return msg("docker exec {name}", name=seen.fact.name)
