"""Times in evidence, which whoever forges it chooses freely."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

FIRST, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

Instant = Annotated[AwareDatetime, Field(ge=FIRST, lt=END)]
"""A time that can be told in any zone and compared; those at the ends of the calendar cannot."""


def shifted(at: datetime, by: timedelta) -> datetime:
    """A time by a clock that is ahead of this one ``by`` any span: an instant all the same."""
    try:
        return min(max(at + by, FIRST), END - timedelta.resolution)
    except OverflowError:
        return FIRST if by < timedelta() else END - timedelta.resolution
