"""What a drafted rubric is made of, before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from grader.drafting.variables import Variables
from grader.messages import Message, msg

Check = dict[str, Any]
"""A check as a rubric has it, with the values that variables stand for. Its hint is a message."""

POINTS = 100
MAX_OBJECTIVES = 60
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def to_type(command: str) -> Message:
    """The hint to type a command, in which texts stand with variables already."""
    return msg("Run `{command}`.", command=command)


@dataclass(frozen=True)
class Objective:
    """A learning objective; ``weight`` is its share of the points.

    ``at`` is when it was done, by which a lab's objectives are ordered. ``notes`` tell what a
    person should think about. Texts stand with variables already.
    """

    id: str
    title: Message
    checks: Sequence[Check]
    weight: int = 2
    requires: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    at: datetime = LONG_AGO


@dataclass(frozen=True)
class Draft:
    """A rubric to be written."""

    id: str
    title: str
    variables: Variables
    objectives: Sequence[Objective]
    notes: tuple[Message, ...] = ()

    @property
    def points(self) -> Mapping[str, int]:
        """Whole points by objective, at least one each, that add up to `POINTS`."""
        total = sum(objective.weight for objective in self.objectives)
        free = POINTS - len(self.objectives)
        exact = {o.id: 1 + free * o.weight / total for o in self.objectives}
        points = {name: int(share) for name, share in exact.items()}
        most = sorted(points, key=lambda name: points[name] - exact[name])
        for name in most[: POINTS - sum(points.values())]:
            points[name] += 1
        return points


@dataclass
class Ids:
    """Ids of objectives, each used once."""

    used: set[str] = field(default_factory=set)

    def new(self, wish: str) -> str:
        """This id, or with a number where it is taken."""
        number, name = 1, wish
        while name in self.used:
            number += 1
            name = f"{wish}-{number}"
        self.used.add(name)
        return name


def in_order(objectives: Iterable[Objective]) -> list[Objective]:
    """As they were done, no more than `MAX_OBJECTIVES`, each with what it requires."""
    kept = sorted(objectives, key=lambda objective: objective.at)[:MAX_OBJECTIVES]
    ids = {objective.id for objective in kept}
    return [objective for objective in kept if ids.issuperset(objective.requires)]
