"""All that a journal answers to one need: what was ever found, and what the last look found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from grader.facts import Fact, Reason
from grader.journal import Source

F_co = TypeVar("F_co", bound=Fact, covariant=True)


class Strength(StrEnum):
    """The kind of evidence that a verdict rests on, weakest first."""

    SUBMITTED = "submitted"
    RECORDED = "recorded"
    LIVE = "live"
    REGISTRY = "registry"
    REPRODUCED = "reproduced"


class Seen(NamedTuple, Generic[F_co]):
    """A fact that was found, when, by whom, how strong as evidence, and where in the journal.

    ``engine`` is the id of the engine that was asked then; empty where none is known.
    """

    fact: F_co
    at: datetime
    source: Source
    strength: Strength
    seq: int = 0
    engine: str = ""


class Departure(NamedTuple, Generic[F_co]):
    """What ``last`` tells of was there; a look at the same engine ``at`` this time missed it."""

    last: Seen[F_co]
    at: datetime


class Series(NamedTuple, Generic[F_co]):
    """All answers to one need.

    ``found`` is everything ever found, newest first. ``now`` is what the last look found; empty
    when it found nothing. ``unavailable`` is the reason when the last look could not look;
    ``absent`` the reason when it looked and nothing was there; both None when never looked.
    ``strength`` is that of the last look as evidence, also of absence; ``seq`` its place in the
    journal. ``departures`` are all the times that it went, oldest first. ``engine`` is the id of
    the engine that was looked at last.
    """

    found: tuple[Seen[F_co], ...] = ()
    now: tuple[Seen[F_co], ...] = ()
    absent: Reason | None = None
    unavailable: Reason | None = None
    detail: str = ""
    looked_at: datetime | None = None
    strength: Strength | None = None
    seq: int = 0
    departures: tuple[Departure[F_co], ...] = ()
    engine: str = ""

    @property
    def gone(self) -> bool:
        """Was there, and the last look did not find it."""
        return bool(self.found) and self.absent is not None and not self.elsewhere(self.found[0])

    def elsewhere(self, seen: Seen[Fact]) -> bool:
        """Whether this was seen on another engine than the last look was at.

        That look then says nothing of it: it was at another computer, or by another context of the
        docker command.
        """
        return differ(seen.engine, self.engine)


def differ(engine: str, other: str) -> bool:
    """Whether these are the ids of two engines, as far as they are known."""
    return bool(engine and other) and engine != other
