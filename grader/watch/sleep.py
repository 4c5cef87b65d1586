"""Whether this computer slept."""

from __future__ import annotations

import time

ASLEEP_SECONDS = 20.0


class Sleep:
    """Compares the clock on the wall with one that stands still while the computer sleeps."""

    def __init__(self) -> None:
        self._clocks = _clocks()

    def just_ended(self) -> bool:
        """Whether it slept since this was asked last: open connections may be dead then."""
        before, self._clocks = self._clocks, _clocks()
        (wall, running), (wall_before, running_before) = self._clocks, before
        return (wall - wall_before) - (running - running_before) > ASLEEP_SECONDS


def _clocks() -> tuple[float, float]:
    return time.time(), time.monotonic()
