"""Points and their shares: by weight, in whole cents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import lru_cache

CENT = Decimal("0.01")


def split(points: Decimal, weights: Sequence[float]) -> list[Decimal]:
    """Split points by weight into shares of whole cents that add up (largest remainders first)."""
    total = sum(map(Fraction, weights), Fraction(0))
    exact = [Fraction(points) * Fraction(weight) / total for weight in weights]
    found = [_decimal(share) for share in exact]
    rest = int((points - sum(found, Decimal(0))) / CENT)
    by_remainder = sorted(range(len(exact)), key=lambda i: Fraction(found[i]) - exact[i])
    for i in by_remainder[:rest]:
        found[i] += CENT
    return found


# A class is judged by few rubrics and many learners: the same few sums, over and over.


@lru_cache(maxsize=1024)
def shares(points: Decimal, weights: tuple[float, ...]) -> tuple[Decimal, ...]:
    """The same, kept."""
    return tuple(split(points, weights))


@lru_cache(maxsize=1024)
def part(points: Decimal, ratio: Fraction) -> Decimal:
    """What a part of the points is, never more than it."""
    return _decimal((Fraction(points) * ratio).limit_denominator(10**9))


def _decimal(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(CENT, rounding=ROUND_FLOOR)
