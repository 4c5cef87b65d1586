"""What is sought in a text: plain pieces of it, a pattern, or both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from grader.check import NonBlank
from grader.messages import Message, msg
from grader.patterns import Pattern

SHOWN = 80


class SoughtText(BaseModel):
    """``contains`` is a text or a list of texts (letter case counts).

    ``matches`` is a regular expression.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    contains: NonBlank | tuple[NonBlank, ...] | None = None
    matches: Pattern | None = None

    @model_validator(mode="after")
    def _no_empty_list(self) -> Self:
        if self.contains == ():
            raise ValueError(msg("contains is empty, so it would assert nothing"))
        return self

    @property
    def seeks(self) -> bool:
        """Whether anything is sought."""
        return self.contains is not None or self.matches is not None

    def counts(self, text: str) -> Iterator[tuple[Message, int]]:
        """Each thing sought, in words, and how often ``text`` holds it."""
        contains = (self.contains,) if isinstance(self.contains, str) else self.contains or ()
        for wanted in contains:
            short = wanted if len(wanted) <= SHOWN else wanted[: SHOWN - 1] + "…"
            yield msg("the text {text}", text=short), text.count(wanted)
        if self.matches is not None:
            yield msg("a match of {pattern}", pattern=self.matches), self.matches.count_in(text)

    def found_in(self, text: str) -> bool:
        """Whether ``text`` holds all that is sought."""
        return all(count for _, count in self.counts(text))
