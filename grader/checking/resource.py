"""What checks of a volume and of a network share: it exists, or existed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.check import Part, Proof, Verdict, absence, conclude, judge_series
from grader.evidence import Evidence
from grader.facts import Event, Resource
from grader.messages import Message, msg
from grader.needs import NetworkNeed, VolumeNeed
from grader.series import Seen

Parts = Callable[[Resource], Sequence[Part]]


def judge_resource(
    evidence: Evidence,
    need: VolumeNeed | NetworkNeed,
    parts: Parts,
    *,
    name: str,
    subject: Message,
    hint: Message,
    now: bool,
) -> Verdict:
    """The verdict on a volume or network, by what was seen of it.

    Where only the engine's events tell that it was made, or went, they tell nothing but its name:
    ``parts`` gets a resource without a driver.
    """
    events = evidence.events("create", "destroy", name=name, kind=need.kind)

    def missing() -> Verdict:
        if events and not now:
            return _existed(events[-1], parts(Resource(id="", name=name)), subject)
        return absence(evidence.of(need), subject, hint, now=now)

    return judge_series(
        evidence.of(need),
        parts,
        subject=subject,
        detail=lambda seen: msg("driver {driver}", driver=seen.driver),
        missing=missing,
        now=now,
    )


def driver_part(wanted: str, seen: Resource, hint: Message, unknown: Verdict) -> Part:
    """Whether it has the wanted driver."""
    return Part(
        seen.driver == wanted,
        msg("driver {driver}", driver=wanted),
        msg("driver {driver}", driver=seen.driver),
        hint,
        unknown=None if seen.driver else unknown,
    )


def _existed(event: Seen[Event], parts: Sequence[Part], subject: Message) -> Verdict:
    return conclude(
        parts,
        (Proof.of(event, event.fact.action),),
        passed=msg("{subject}: as expected", subject=subject),
        failed=msg("{subject}: not as expected", subject=subject),
    )
