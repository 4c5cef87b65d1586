"""Times as people read them: where their language has one time zone, in that one, else in UTC.

The zone goes by the language of the report, not by the machine: its bytes are the same anywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from grader.messages import Message, msg


class Clock(NamedTuple):
    """A time zone, what stands behind its times, and what explains it."""

    zone: tzinfo
    name: str
    explained: Message

    def day_and_time(self, at: datetime) -> tuple[str, str]:
        """The day and the time of day, to the second: ``2026-01-02``, ``03:04:05``."""
        # Thrice as fast as strftime, and a page has many times.
        there = at.astimezone(self.zone)
        return there.date().isoformat(), there.time().isoformat("seconds")

    def told(self, at: datetime) -> str:
        """A time with its zone: ``2026-01-02 03:04:05 UTC``."""
        day, time = self.day_and_time(at)
        return f"{day} {time} {self.name}"


WORLD = Clock(UTC, "UTC", msg("UTC, the world's common time"))
_OF_LANGUAGE = {"ko": Clock(timezone(timedelta(hours=9)), "KST", msg("Korean time (KST)"))}


def clock_of(lang: str) -> Clock:
    """The clock that readers of this language live by."""
    return _OF_LANGUAGE.get(lang, WORLD)


def iso(at: datetime) -> str:
    """A time as programs read it, in UTC and to the second: ``2026-01-02T03:04:05Z``."""
    day, time = WORLD.day_and_time(at)
    return f"{day}T{time}Z"
