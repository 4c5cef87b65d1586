"""Commands that ``docker exec`` ran, as far as anything tells."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checking.subject import ContainerSubject
from grader.evidence import Evidence
from grader.facts import Event
from grader.series import Seen


def ran(subject: ContainerSubject, evidence: Evidence) -> Sequence[Seen[Event]]:
    """The starts of the commands that ran in such containers, oldest first.

    The engine tells the start of a command also where there is no such program, but then of no end;
    one that has not ended yet is seen in its container. Podman does not tell which belong together:
    there every start counts.
    """
    ended = {seen.fact.exec_id for seen in subject.events(evidence, "exec_die")}
    running = {id_ for seen in subject.containers(evidence).found for id_ in seen.fact.execs}
    known = {"", *ended, *running}
    return [e for e in subject.events(evidence, "exec_start") if e.fact.exec_id in known]
