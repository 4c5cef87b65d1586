"""Phrases in the free text of an answer, Korean or English, however it is spaced and inflected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Annotated, Self

from pydantic import AfterValidator

from grader.messages import msg

WORD, SENTENCE = 1, 2
"""What may come before a letter: the start of a word, or of a sentence."""

WINDOW_LETTERS = 16
"""How far after a phrase a Korean negation counts, in letters."""

WINDOW_WORDS = 5
"""How far before (or after) a phrase an English negation counts, in words."""

_REACH = 80
_LETTERS = re.compile(r"([^\W_]+)")
_NEGATED_AFTER = re.compile("아[니닙닌님냐]|않|못|없|안[되된돼됩]|오해|틀[리린렸]")
_BECAUSE = re.compile("므로|때문에|라서|니까")
_WRONG = {"wrong", "false", "myth", "misconception", "incorrect", "untrue"}
_NEGATED_BEFORE = re.compile(
    "no|not|never|nor|neither|cannot|without"
    "|(?:is|are|was|were|do|does|did|ca|wo|should|would|could|must|need)nt"
)


@dataclass(frozen=True)
class Plain:
    """A text reduced to its letters and digits, in lower case (NFKC, case folded).

    ``breaks[i]`` tells what begins at the letter ``i``: nothing, a `WORD` or a `SENTENCE`.
    """

    text: str
    letters: str
    breaks: bytes

    @classmethod
    def of(cls, text: str) -> Self:
        """Reduce ``text``. Apostrophes join, all other signs and white space separate words."""
        text = unicodedata.normalize("NFKC", text)
        pieces = _LETTERS.split(text)  # signs, letters, signs, letters, …, signs
        runs = pieces[1::2]
        letters = "".join(runs).casefold()
        if len(letters) != sum(map(len, runs)) or not letters.isalnum():
            runs = [_folded(run) for run in runs]
            letters = "".join(runs)
        breaks = bytearray(len(letters))
        begins = [SENTENCE, *map(_begins_after, pieces[2:-1:2])]
        starts = accumulate(map(len, runs), initial=0)
        for _, start, what in zip(runs, starts, begins, strict=False):
            breaks[start] = what
        return cls(text, letters, bytes(breaks))

    @cached_property
    def origin(self) -> tuple[int, ...]:
        """Where in ``text`` each letter stood."""
        return tuple(
            place
            for place, sign in enumerate(self.text)
            if sign.isalnum()
            for _ in filter(str.isalnum, sign.casefold())
        )

    def original(self, start: int, end: int) -> str:
        """What the letters from ``start`` up to ``end`` were in the text."""
        return self.text[self.origin[start] : self.origin[end - 1] + 1] if start < end else ""

    def holds(self, phrases: Sought) -> bool:
        """Whether every part of one of the ``phrases`` occurs somewhere."""
        return any(all(map(self._holds, parts)) for parts in self._likely(phrases))

    def asserts(self, phrases: Sought) -> bool:
        """Whether every part of one of the ``phrases`` occurs somewhere without being negated."""
        return any(all(map(self._asserts, parts)) for parts in self._likely(phrases))

    def _likely(self, phrases: Sought) -> Iterator[Parts]:
        # Most are not there at all, and that is quickly seen.
        return (parts for letters, parts in phrases if letters in self.letters)

    def _holds(self, part: Plain) -> bool:
        return any(True for _ in self._found(part))

    def _asserts(self, part: Plain) -> bool:
        size = len(part.letters)
        return any(not self._negated(start, start + size) for start in self._found(part))

    def _found(self, part: Plain) -> Iterator[int]:
        start = -1
        while (start := self.letters.find(part.letters, start + 1)) >= 0:
            if self._fits(start, part):
                yield start

    def _fits(self, start: int, part: Plain) -> bool:
        end = start + len(part.letters)
        crossed = [
            mine
            for mine, its in zip(self.breaks[start + 1 : end], part.breaks[1:], strict=True)
            if mine > its
        ]
        if SENTENCE in crossed:
            return False
        if not self._begins_word(start) and (crossed or part.letters[0].isascii()):
            return False
        last_word = part.letters[max(part.breaks.rfind(WORD), 0) :]
        if len(last_word) > 2 or not last_word.isascii():
            return True
        plural = self.letters.startswith("s", end) and not self._begins_word(end)
        return self._begins_word(end + plural)

    def _begins_word(self, index: int) -> bool:
        if index >= len(self.letters) or self.breaks[index]:
            return True
        return self.letters[index].isascii() != self.letters[index - 1].isascii()

    def _negated(self, start: int, end: int) -> bool:
        before = self._words(self._sentence_start(start), start)[-WINDOW_WORDS:]
        after = self._words(end, self._sentence_end(end))
        reach = _BECAUSE.split("".join(after)[:WINDOW_LETTERS])[0]
        return (
            _NEGATED_AFTER.search(reach) is not None
            or not _WRONG.isdisjoint(before + after[:WINDOW_WORDS])
            or any(map(_NEGATED_BEFORE.fullmatch, before))
        )

    def _words(self, start: int, end: int) -> list[str]:
        spaced = ((" " if self.breaks[i] else "") + self.letters[i] for i in range(start, end))
        return "".join(spaced).split()

    def _sentence_start(self, index: int) -> int:
        """Where the sentence of the letter at ``index`` begins, or what is within reach."""
        earliest = max(index - _REACH, 0)
        return max(self.breaks.rfind(SENTENCE, earliest, index + 1), earliest)

    def _sentence_end(self, index: int) -> int:
        """Where the sentence that goes on at ``index`` ends, or what is within reach."""
        end = self.breaks.find(SENTENCE, index, index + _REACH)
        return min(index + _REACH, len(self.letters)) if end < 0 else end


def _folded(run: str) -> str:
    """Letters without case, which is at least one; some are written with signs that are none."""
    run = run.casefold()
    return run if run.isalnum() else "".join(filter(str.isalnum, run))


@lru_cache(maxsize=1024)
def _begins_after(between: str) -> int:
    """What begins after the signs that stand between two letters."""
    begins, line_begins = 0, False
    for place, sign in enumerate(between):
        if sign in "'’":
            continue
        ends = between[place + 1 : place + 2].isspace()
        over = (sign in ".!?;。" and ends) or (line_begins and sign in "\n-*+•|")
        begins = max(begins, SENTENCE if over else WORD)
        line_begins = sign == "\n" or (line_begins and sign.isspace())
    return begins


Parts = tuple[Plain, ...]
"""What a phrase stands for: each of them, anywhere."""

Sought = tuple[tuple[str, Parts], ...]
"""Phrases, ready to be sought in many answers: the letters of the longest part, and all parts."""


def sought(phrases: Iterable[str]) -> Sought:
    """Make phrases ready to be sought."""
    return tuple(
        (max((part.letters for part in parts), key=len), parts) for parts in map(_parts, phrases)
    )


def _parts(phrase: str) -> Parts:
    return tuple(Plain.of(part) for part in phrase.split(" + "))


def _is_phrase(text: str) -> str:
    if not all(part.letters for part in _parts(text)):
        raise ValueError(msg("holds no letter or digit (or a `+` has nothing on one side)"))
    return text


Phrase = Annotated[str, AfterValidator(_is_phrase)]
"""Words that an answer may hold. ``a + b`` stands for both, anywhere in the answer.

Letter case, spacing and punctuation do not count, and Korean particles may follow. A Latin word
matches from its beginning (``os`` is not in ``host``); one of one or two letters matches whole, a
plural ``s`` apart (``VM`` is in ``VMs``, ``os`` not in ``oscar``).
"""
