"""Sketches of texts: how alike two long texts are, without either of them.

MinHash by one permutation (Li, Owen, Zhang: One Permutation Hashing, NIPS 2012): each piece of the
text is hashed once, and of each bin the least hash is kept. The share of bins in which two sketches
agree estimates the share of pieces that the texts have in common (their Jaccard index).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b

BINS = 64
PIECE = 6
"""Characters of a piece; in Korean about two words, in English one."""
BAND = 4
EMPTY = -1

_NO_WORD = re.compile(r"[\W_]+")


def words_of(text: str) -> int:
    """How many words a text has."""
    return len(_NO_WORD.sub(" ", text).split())


def sketch(text: str) -> tuple[int, ...]:
    """The sketch of a text; case, spacing and punctuation do not count."""
    plain = _NO_WORD.sub("", text.casefold())
    bins = [EMPTY] * BINS
    for piece in {plain[i : i + PIECE] for i in range(max(len(plain) - PIECE + 1, 0))}:
        hashed = int.from_bytes(blake2b(piece.encode("utf-8", "replace"), digest_size=6).digest())
        value, place = divmod(hashed, BINS)
        if bins[place] == EMPTY or value < bins[place]:
            bins[place] = value
    return tuple(bins)


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of pieces in common, from 0 to 1."""
    used = [(a, b) for a, b in zip(one, other, strict=True) if (a, b) != (EMPTY, EMPTY)]
    return sum(a == b for a, b in used) / len(used) if used else 0.0


def bands(one: Sequence[int]) -> Iterator[str]:
    """Keys of which two texts that are much alike very probably share one."""
    for start in range(0, BINS, BAND):
        band = one[start : start + BAND]
        if EMPTY not in band:
            yield f"{start}:{','.join(map(str, band))}"
