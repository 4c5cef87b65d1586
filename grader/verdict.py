"""Verdicts: what a check concludes, and the evidence that it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, NamedTuple, TypeVar

from grader.facts import Fact
from grader.frozen import frozen
from grader.messages import Message
from grader.series import Seen, Strength

F = TypeVar("F", bound=Fact)

_WHOLE, _NOTHING = Fraction(1), Fraction(0)


class Status(StrEnum):
    """What became of a check or an objective."""

    PASS = "pass"  # noqa: S105 # a verdict, not a password
    PARTIAL = "partial"
    FAIL = "fail"
    UNPROVEN = "unproven"
    REVIEW = "review"
    SKIP = "skip"
    ERROR = "error"


class Proof(NamedTuple):
    """A piece of evidence behind a verdict: how strong, from where, when, and what it says."""

    strength: Strength
    source: str
    at: datetime
    detail: Message | str

    @classmethod
    def of(cls, seen: Seen[F], detail: Message | str) -> Proof:
        """The proof that something seen is, in the words of ``detail``."""
        return cls(seen.strength, seen.source, seen.at, detail)


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the submission something is wrong: a file, and its line where known.

    ``path`` is relative to the submission; ``line`` counts from 1. Without a ``message`` the
    verdict's own tells what is wrong there.
    """

    path: str
    line: int | None = None
    message: Message | None = None


@frozen
class Verdict:
    """What a check concludes. Learner failure, missing proof and tool error are different types.

    ``pending``: it is only not done yet, and nothing went wrong. ``places`` are where in the
    submission something is wrong.
    """

    status: ClassVar[Status]
    message: Message
    proofs: tuple[Proof, ...] = ()
    expected: Message | str | None = None
    actual: Message | str | None = None
    hint: Message | None = None
    pending: bool = False
    places: tuple[Location, ...] = ()

    @property
    def ratio(self) -> Fraction:
        """The share of the points that is earned."""
        return _WHOLE if self.status is Status.PASS else _NOTHING


class Passed(Verdict):
    """Proven."""

    status = Status.PASS


@frozen
class Partial(Verdict):
    """Proven in part: ``share`` of the points, between 0 and 1."""

    status = Status.PARTIAL
    share: Fraction

    @property
    def ratio(self) -> Fraction:
        return self.share


class Failed(Verdict):
    """There is evidence against it."""

    status = Status.FAIL


class Unreadable(Failed):
    """Failed, because of how or where a file was saved: its advice comes before the rubric's."""


def partial_or_failed(
    share: Fraction,
    *,
    message: Message,
    proofs: tuple[Proof, ...] = (),
    expected: Message | str | None = None,
    actual: Message | str | None = None,
    hint: Message | None = None,
    pending: bool = False,
    places: tuple[Location, ...] = (),
) -> Partial | Failed:
    """The verdict on what is not wholly right: partial, or failed when the share is nothing."""
    if not share:
        return Failed(
            message=message,
            proofs=proofs,
            expected=expected,
            actual=actual,
            hint=hint,
            pending=pending,
            places=places,
        )
    return Partial(
        share=share,
        message=message,
        proofs=proofs,
        expected=expected,
        actual=actual,
        hint=hint,
        pending=pending,
        places=places,
    )


class Unproven(Verdict):
    """Nothing was seen either way; the hint says how to make it provable."""

    status = Status.UNPROVEN


class Review(Verdict):
    """A person has to decide."""

    status = Status.REVIEW


@frozen
class Errored(Verdict):
    """It could not be judged; never the learner's fault.

    ``share`` is what earlier evidence proves already; nobody loses points to a failed look.
    """

    status = Status.ERROR
    share: Fraction = Fraction(0)

    @property
    def ratio(self) -> Fraction:
        return self.share
