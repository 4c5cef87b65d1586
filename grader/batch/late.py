"""What is taken away from what is handed in late, as the rubric's ``late`` says. No clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from grader.rubric.model import Late

CENT = Decimal("0.01")
DAY = timedelta(days=1)


def days_late(policy: Late, submitted_at: datetime) -> int:
    """How many days have begun since the deadline and its grace; 0 when it is in time."""
    after = submitted_at - policy.deadline - policy.grace
    return max(0, -(-after // DAY))


def penalty(
    policy: Late | None, score: Decimal, max_score: Decimal, submitted_at: datetime | None
) -> Decimal:
    """The points to take away from ``score``, to the cent: at least 0, at most all of it.

    Fractions of a cent are not taken. Nothing is where nobody knows when it was handed in.
    """
    if policy is None or submitted_at is None:
        return Decimal(0)
    lost = days_late(policy, submitted_at) * policy.per_day.points(max_score)
    if policy.at_most is not None:
        lost = min(lost, policy.at_most.points(max_score))
    return max(Decimal(0), min(lost.quantize(CENT, rounding=ROUND_FLOOR), score))
