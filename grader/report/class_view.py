"""What the class report shows: small numbers of all learners, and a line for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Outcome = Literal["passed", "not-yet", "incomplete", "error"]
"""What became of a submission; ``error``: it could not be judged at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """A learner in the table. ``report`` is the path of the own report; empty when there is none.

    ``strip`` has a letter for each objective: ``p`` passed, ``h`` partly, ``r`` to review, ``n``
    not. ``review`` are the titles of what needs a person, ``flags`` counts those about it.
    """

    label: str
    name: str
    id: str
    outcome: Outcome
    score: Decimal
    penalty: Decimal
    final: Decimal
    submitted_at: datetime | None
    strip: str
    review: tuple[str, ...]
    flags: int
    error: str
    notices: tuple[str, ...]
    report: str


@dataclass(frozen=True, slots=True)
class Spread:
    """How the final scores of those who were judged are spread.

    ``bins`` counts them in equal steps from 0 to ``most``; a score on a border is in the higher.
    Quartiles are interpolated between the two nearest scores.
    """

    most: Decimal
    bins: tuple[int, ...]
    mean: Decimal
    lowest: Decimal
    lower: Decimal
    median: Decimal
    upper: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was said to ``count`` learners about an objective; what differs in it is ``…``."""

    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective over the class; ``counts`` by status. ``troubles``: the most common first."""

    title: str
    counts: Mapping[str, int]
    mean: Decimal
    max_score: Decimal
    troubles: tuple[Trouble, ...]

    @property
    def count(self) -> int:
        """How many were judged."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """How many have something to learn here; who waits for another objective is not one."""
        return sum(self.counts.get(status, 0) for status in FAILED)


FAILED = frozenset({"fail", "partial", "unproven"})


@dataclass(frozen=True, slots=True)
class Party:
    """A submission that a flag is about."""

    name: str
    report: str


@dataclass(frozen=True, slots=True)
class FlagKind:
    """Flags of one kind: how many there are, and the first of them."""

    kind: str
    count: int
    flags: tuple[tuple[str, tuple[Party, ...]], ...]
    """Evidence, and whom it is about."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Whose result is another than in an earlier run; none where nothing was, or is, handed in."""

    label: str
    name: str
    before: Decimal | None
    after: Decimal | None
    why: str = ""

    @property
    def change(self) -> Decimal:
        """Points."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True, slots=True)
class Moves:
    """All that moved: how many up and down, and the first of them, the farthest first."""

    up: int
    down: int
    shown: tuple[Moved, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class ClassView:
    """All of it. ``lines`` are all learners, and never kept in memory.

    ``tally`` counts submissions by what the table can be filtered by; ``all`` is one of these.
    ``listed`` are the first of those that are told one by one, by the same words.
    ``objectives`` are in the order of what to teach again. ``moves`` is none when there is no
    last run to compare with.
    """

    lang: str
    title: str
    rubric: str
    sha256: str
    pass_mark: Decimal
    deadline: datetime | None
    tally: Mapping[str, int]
    listed: Mapping[str, Sequence[Line]]
    late_points: Decimal
    spread: Spread | None
    objectives: tuple[Objective, ...]
    flags: tuple[FlagKind, ...]
    moves: Moves | None
    lines: Callable[[], Iterator[Line]]
