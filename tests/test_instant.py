"""Times by other clocks, however far those are off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.instant import END, FIRST, shifted

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("days", [-999_999_999, -200_000, -1, 0, 5, 3_000_000, 999_999_999])
def test_a_clock_that_is_far_off_tells_an_instant_all_the_same(days: int) -> None:
    assert FIRST <= shifted(NOW, timedelta(days=days)) < END


def test_a_clock_that_is_a_little_off_is_believed() -> None:
    assert shifted(NOW, timedelta(seconds=-3)) == NOW - timedelta(seconds=3)
