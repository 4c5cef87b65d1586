"""What is needed to compare times that different clocks tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SKEW = timedelta(minutes=1)
"""By how much the clocks of the engine and of the computer that looks may differ."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)
