"""How much of an answer stands, letter for letter, in a given text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import groupby

from grader.checking.phrases import Plain

GRAM = 12
"""Runs of this many letters are compared, white space and punctuation aside."""

MIN_LETTERS = 60
"""A shorter answer is never called copied: it may be a definition."""

COPIED = Fraction(6, 10)
"""The share of an answer's runs in the other text from which it counts as copied."""

MAX_SOURCE_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """The share (0 to 1) of the answer's runs that stand in the source, and the longest stretch."""

    share: Fraction
    longest: str

    @property
    def copied(self) -> bool:
        """Whether the answer is largely the source."""
        return self.share >= COPIED


def overlap(answer: Plain, source: str) -> Overlap:
    """Compare an answer with a source; an answer that is too short overlaps with nothing."""
    if not source or len(answer.letters) < MIN_LETTERS:
        return Overlap(Fraction(0), "")
    known = _grams(source)
    shared = [gram in known for gram in _runs(answer.letters)]
    best, start = (0, 0), 0
    for is_shared, group in groupby(shared):
        length = len(list(group))
        if is_shared:
            best = max(best, (length, start), key=lambda found: found[0])
        start += length
    length, start = best
    longest = answer.original(start, start + length + GRAM - 1) if length else ""
    return Overlap(Fraction(sum(shared), len(shared)), longest)


@lru_cache(maxsize=8)
def _grams(source: str) -> frozenset[str]:
    return frozenset(_runs(Plain.of(source[:MAX_SOURCE_CHARS]).letters))


def _runs(letters: str) -> list[str]:
    return [letters[i : i + GRAM] for i in range(len(letters) - GRAM + 1)]
