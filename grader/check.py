"""The contract of a check: its fields specify, `needs` asks, `judge` concludes.

A check type is one file: a subclass of `Check` with a ``type`` literal, found through the
entry-point group ``grade_lab.checks``. `judge` is pure: it sees evidence and nothing else.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from grader.evidence import Evidence, Seen, Series, Strength
from grader.facts import Fact, Reason
from grader.messages import Message, msg
from grader.needs import Need

F = TypeVar("F", bound=Fact)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty, so it would assert nothing")
    return text


NonBlank = Annotated[str, AfterValidator(_not_blank)]
"""A string that says something."""


def _named_text(path: str, info: ValidationInfo) -> str:
    return str(info.context["read_text"](path)) if info.context else path


TextOf = Annotated[str, AfterValidator(_named_text)]
"""A path relative to the rubric file; holds the text of that file once the rubric is loaded."""

Text = str | dict[str, str]
"""A text for people: a string, or a map from language (``ko``, ``en``) to string."""


class Status(StrEnum):
    """What became of a check or an objective."""

    PASS = "pass"  # noqa: S105 # a verdict, not a password
    PARTIAL = "partial"
    FAIL = "fail"
    UNPROVEN = "unproven"
    REVIEW = "review"
    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence behind a verdict: how strong, from where, when, and what it says."""

    strength: Strength
    source: str
    at: datetime
    detail: Message | str

    @classmethod
    def of(cls, seen: Seen[F], detail: Message | str) -> Proof:
        """The proof that something seen is, in the words of ``detail``."""
        return cls(seen.strength, seen.source, seen.at, detail)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a check concludes. Learner failure, missing proof and tool error are different types."""

    status: ClassVar[Status]
    message: Message
    proofs: tuple[Proof, ...] = ()
    expected: Message | str | None = None
    actual: Message | str | None = None
    hint: Message | None = None

    @property
    def ratio(self) -> Fraction:
        """The share of the points that is earned."""
        return Fraction(self.status is Status.PASS)


class Passed(Verdict):
    """Proven."""

    status = Status.PASS


@dataclass(frozen=True, kw_only=True, slots=True)
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


class Unproven(Verdict):
    """Nothing was seen either way; the hint says how to make it provable."""

    status = Status.UNPROVEN


class Review(Verdict):
    """A person has to decide."""

    status = Status.REVIEW


class Errored(Verdict):
    """It could not be judged; never the learner's fault."""

    status = Status.ERROR


class Check(BaseModel):
    """A check of a rubric.

    ``weight`` is its share of the objective's points; ``hint`` replaces the check's own advice;
    ``accept`` lists the strengths of evidence that count (all, when empty).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: str
    weight: Annotated[float, Field(gt=0, le=1000)] = 1
    hint: Text | None = None
    accept: tuple[Strength, ...] = ()

    @abstractmethod
    def needs(self) -> Iterable[Need[Fact]]:
        """The questions whose answers `judge` uses."""

    @abstractmethod
    def judge(self, evidence: Evidence) -> Verdict:
        """Conclude from evidence alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """One assertion of a check: whether it holds, what it asserts and what was seen instead."""

    holds: bool
    expected: Message | str
    actual: Message | str = ""
    hint: Message | None = None
    weight: Fraction = field(default=Fraction(1))


def score(parts: Sequence[Part]) -> Fraction:
    """The share of the parts, by weight, that hold."""
    total = sum((part.weight for part in parts), Fraction(0))
    earned = sum((part.weight for part in parts if part.holds), Fraction(0))
    return earned / total if total else Fraction(0)


def conclude(
    parts: Sequence[Part], proofs: tuple[Proof, ...], passed: Message, failed: Message
) -> Verdict:
    """A verdict from parts: passed when all hold, partial when some do, else failed."""
    share = score(parts)
    wrong = [part for part in parts if not part.holds]
    if not wrong:
        return Passed(
            message=passed, proofs=proofs, expected=_join([part.expected for part in parts])
        )
    told = {
        "message": failed,
        "proofs": proofs,
        "expected": _join([part.expected for part in wrong]),
        "actual": _join([part.actual for part in wrong if part.actual]),
        "hint": next((part.hint for part in wrong if part.hint), None),
    }
    return Partial(share=share, **told) if share else Failed(**told)  # type: ignore[arg-type]


def judge_series(
    series: Series[F],
    parts: Callable[[F], Sequence[Part]],
    *,
    subject: Message,
    detail: Callable[[F], Message | str],
    missing: Callable[[], Verdict],
    now: bool = False,
) -> Verdict:
    """The verdict on the best of what was found: any one fact that satisfies all parts passes.

    A look that failed is an error unless earlier evidence passes; ``missing`` speaks when nothing
    was ever found. ``now`` counts only what the last look found.
    """
    best: Verdict | None = None
    for seen in series.now if now else series.found:
        verdict = conclude(
            parts(seen.fact),
            (Proof.of(seen, detail(seen.fact)),),
            passed=msg("{subject}: as expected", subject=subject),
            failed=msg("{subject}: not as expected", subject=subject),
        )
        if best is None or verdict.ratio > best.ratio:
            best = verdict
        if best.ratio == 1:
            return best
    if series.unavailable:
        return unavailable(series)
    return best or missing()


def unavailable(series: Series[F]) -> Errored:
    """The error for a look that failed: what could not be looked at, and what to do."""
    reason = series.unavailable or Reason.ENGINE_ERROR
    what, advice = _UNAVAILABLE.get(reason, _UNAVAILABLE[Reason.ENGINE_ERROR])
    return Errored(message=what, actual=series.detail or None, hint=advice)


def nothing_seen(series: Series[F], message: Message, hint: Message) -> Verdict:
    """For what nothing was seen of: an error when the last look failed, else unproven."""
    if series.unavailable:
        return unavailable(series)
    return Unproven(message=message, hint=hint)


def quote(items: Iterable[object]) -> str:
    """Items as people read a list: ``a, b, c``."""
    return ", ".join(str(item) for item in items)


def told(value: object) -> str:
    """A value as its JSON, so that a list and a string never look alike."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def protocol_port(port: str | int) -> str:
    """A container's port in the engine's form: ``8000`` → ``8000/tcp``."""
    return str(port) if "/" in str(port) else f"{port}/tcp"


def missing_from(text: str, wanted: str | Sequence[str]) -> list[str]:
    """Those of ``wanted`` that ``text`` does not contain."""
    return [part for part in ([wanted] if isinstance(wanted, str) else wanted) if part not in text]


def _join(texts: Sequence[Message | str]) -> Message | str | None:
    if not texts:
        return None
    return texts[0] if len(texts) == 1 else msg("{items}", items=list(texts))


_UNAVAILABLE: Mapping[Reason, tuple[Message, Message]] = {
    Reason.ENGINE_UNREACHABLE: (
        msg("the Docker Engine could not be reached"),
        msg("start Docker (Docker Desktop, or the docker service), then run grade-lab again"),
    ),
    Reason.ENGINE_ERROR: (
        msg("the Docker Engine answered with an error"),
        msg("run grade-lab again; if it stays so, restart Docker"),
    ),
    Reason.PERMISSION: (
        msg("grade-lab may not look at it: permission denied"),
        msg("make sure that `docker ps` works for you without an error, then run grade-lab again"),
    ),
    Reason.REGISTRY_UNREACHABLE: (
        msg("the registry could not be reached"),
        msg("check the network connection, then run grade-lab again"),
    ),
    Reason.DENIED: (
        msg("the registry does not let this login look at the image"),
        msg("log in with `docker login`, then run grade-lab again"),
    ),
    Reason.RATE_LIMITED: (
        msg("the registry's limit on requests is used up for now"),
        msg("log in with `docker login`, or wait some minutes, then run grade-lab again"),
    ),
    Reason.TIMEOUT: (
        msg("no answer came in time"),
        msg("run grade-lab again when the machine is less busy"),
    ),
    Reason.TOO_LARGE: (
        msg("it is too large to be looked at"),
        msg("make it smaller, for instance by leaving data out of it, then run grade-lab again"),
    ),
    Reason.UNSUPPORTED: (
        msg("this engine cannot tell"),
        msg("ask your instructor: this point can be given by hand"),
    ),
    Reason.UNREADABLE: (
        msg("a file could not be read"),
        msg("check who may read the file, then run grade-lab again"),
    ),
}
