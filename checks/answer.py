"""``answer``: an answer in free text, by the concepts that it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.check import (
    Check,
    Failed,
    Location,
    NonBlank,
    Passed,
    Proof,
    Review,
    Text,
    TextOf,
    Verdict,
    partial_or_failed,
)
from grader.checking.answers import answer_to, beside, in_comment, is_label, line_of
from grader.checking.overlap import overlap
from grader.checking.phrases import Phrase, Plain, Sought, sought
from grader.checking.submitted import shorten, text_of
from grader.evidence import Evidence
from grader.facts import Fact
from grader.file_facts import File
from grader.messages import Message, msg
from grader.needs import FileNeed, Need
from grader.series import Seen

Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


@lru_cache(maxsize=1024)
def _exactly(number: float) -> Decimal:
    """The number as it is written in the rubric."""
    return Decimal(str(number))


class Concept(BaseModel):
    """Something that an answer should say: it does when it holds one of the phrases in ``any``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: Text
    any: Phrases
    weight: Annotated[float, Field(gt=0, le=1000)] = 1

    @property
    def points(self) -> Decimal:
        """``weight``, exactly."""
        return _exactly(self.weight)

    def stands_in(self, answer: Plain) -> bool:
        """Whether the answer names it."""
        return answer.holds(self._sought)

    @cached_property
    def _sought(self) -> Sought:
        return sought(self.any)


class Misconception(BaseModel):
    """Something that an answer should not say.

    It does when it holds a phrase of ``any`` that is not negated, and none of ``unless``. ``cost``
    is the share of the check's points that it costs, 0 to 1; ``flag`` costs nothing and sends the
    answer to review.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: Text
    any: Phrases
    unless: tuple[Phrase, ...] = ()
    cost: Annotated[float, Field(gt=0, le=1)] | Literal["flag"] = "flag"

    @property
    def share(self) -> Decimal:
        """What it costs of the points."""
        return Decimal(0) if self.cost == "flag" else _exactly(self.cost)

    def stands_in(self, answer: Plain) -> bool:
        """Whether the answer asserts it."""
        return answer.asserts(self._sought) and not answer.holds(self._excused)

    @cached_property
    def _sought(self) -> Sought:
        return sought(self.any)

    @cached_property
    def _excused(self) -> Sought:
        return sought(self.unless)


class Answer(Check):
    """The answer to ``question`` in the file at ``path`` names the ``concepts``.

    The answer stands below the heading ``## question``. Its points are the share of ``need`` that
    the weights of the concepts it names reach; ``need`` is all of them when left out. A concept is
    named by any of its phrases, wherever it stands: letter case, spacing and punctuation do not
    count, Korean particles may follow, and ``a + b`` needs both. Latin words match from their
    beginning, and those of one or two letters as a whole.

    A misconception does not count where it is negated in the same sentence: a phrase followed
    within 16 letters by 아니, 않, 못, 없, 안 되, 오해 or 틀리; or within 5 words after not, never,
    isn't and the like, or wrong, false, myth, misconception (these also after the phrase).

    ``min_chars`` counts characters without spaces: a shorter answer that names a concept goes to
    review, one that names none fails. ``source_text`` is a file beside the rubric, such as the
    lesson. An answer of 60 letters or more is taken for copied, and goes to review, when 60 % of
    its runs of 12 letters stand in that file. An empty or missing answer fails; it
    goes to review where a line begins with ``question``, but is no heading.
    """

    type: Literal["answer"]
    question: NonBlank
    path: NonBlank = "answers.md"
    concepts: tuple[Concept, ...] = ()
    need: Annotated[float, Field(gt=0)] | None = None
    misconceptions: tuple[Misconception, ...] = ()
    min_chars: Annotated[int, Field(ge=1)] | None = None
    source_text: TextOf | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.concepts and not self.misconceptions and self.min_chars is None:
            raise ValueError(
                msg("give concepts, misconceptions or min_chars; else it asserts nothing")
            )
        if self.need is not None and self._needed > self._all_points:
            raise ValueError(msg("need is more than all concepts together weigh"))
        return self

    @cached_property
    def _all_points(self) -> Decimal:
        return sum((concept.points for concept in self.concepts), Decimal(0))

    @cached_property
    def _needed(self) -> Decimal:
        return self._all_points if self.need is None else _exactly(self.need)

    def needs(self) -> Iterable[Need[Fact]]:
        return [FileNeed(path=self.path)]

    def judge(self, evidence: Evidence) -> Verdict:
        read = text_of(evidence, self.path, self._how)
        if isinstance(read, Verdict):
            return read
        text, seen = read
        verdict = self._judge_text(text, seen)
        if isinstance(verdict, Passed):
            return verdict
        return replace(verdict, places=(Location(self.path, line_of(self.question, text)),))

    @cached_property
    def _how(self) -> Message:
        return msg(
            "write the heading `## {question}` in {path}, and your answer below it",
            question=self.question,
            path=self.path,
        )

    def _judge_text(self, text: str, seen: Seen[File]) -> Verdict:
        answer = Plain.of(answer_to(self.question, text) or "")
        if not answer.letters:
            return self._none(text, Proof.of(seen, self.path))
        length = sum(map(len, answer.text.split()))
        detail = msg(
            "the answer to {question} has {count} characters", question=self.question, count=length
        )
        proofs = (Proof.of(seen, detail),)
        return (
            self._copied(answer, proofs)
            or self._short(answer, length, proofs)
            or self._by_content(answer, proofs)
        )

    def _none(self, text: str, proof: Proof) -> Verdict:
        """The verdict where nothing stands below the heading, or there is no such heading."""
        question, told = self.question, None
        in_heading = self._by_content(Plain.of(beside(question, text)), ())
        if answer_to(question, text) is None and is_label(question, text):
            told = msg("{question} is no heading in {path}", question=question, path=self.path)
        elif self.concepts and isinstance(in_heading, Passed):
            told = msg("the answer to {question} stands in its heading", question=question)
        if told is not None:
            return Review(message=told, proofs=(proof,), hint=self._how)
        message = msg("there is no answer to {question}", question=question)
        if in_comment(question, text):
            message = msg(
                "there is no answer to {question}; what stands between `<!--` and `-->` is not "
                "read",
                question=question,
            )
        return Failed(message=message, proofs=(proof,), hint=self._how)

    def _copied(self, answer: Plain, proofs: tuple[Proof, ...]) -> Verdict | None:
        if not self.source_text:
            return None
        found = overlap(answer, self.source_text)
        if not found.copied:
            return None
        return Review(
            message=msg(
                "{percent} percent of the answer to {question} stands word for word in the lesson",
                percent=int(found.share * 100),
                question=self.question,
            ),
            proofs=proofs,
            actual=shorten(found.longest),
            hint=msg("say it in your own words, then run `grade-lab` again"),
        )

    def _short(self, answer: Plain, length: int, proofs: tuple[Proof, ...]) -> Verdict | None:
        if length >= (self.min_chars or 0):
            return None
        kind = Review if not self.concepts or self._named(answer) else Failed
        return kind(
            message=msg("the answer to {question} is very short", question=self.question),
            proofs=proofs,
            expected=msg("at least {count} characters without spaces", count=self.min_chars),
            actual=msg("{count} characters", count=length),
            hint=msg(
                "write more below `## {question}` in {path}", question=self.question, path=self.path
            ),
        )

    def _by_content(self, answer: Plain, proofs: tuple[Proof, ...]) -> Verdict:
        named = self._named(answer)
        held = [m for m in self.misconceptions if m.stands_in(answer)]
        earned = sum((concept.points for concept in named), Decimal(0))
        enough = earned >= self._needed
        if enough and not held:
            return Passed(
                message=msg("the answer to {question} says what it should", question=self.question),
                proofs=proofs,
                actual=_mentions(named),
            )
        missing = [] if enough else [c.name for c in self.concepts if c not in named]
        share = Fraction(1) if enough else Fraction(earned) / Fraction(self._needed)
        share -= sum((Fraction(m.share) for m in held), Fraction(0))
        verdict = partial_or_failed(
            max(share, Fraction(0)),
            message=self._wrong(missing, [m.name for m in held]),
            proofs=proofs,
            expected=_mentions(self.concepts),
            actual=_mentions(named),
            hint=msg("read that part of the lesson again, and put your answer right"),
        )
        if not any(m.cost == "flag" for m in held):
            return verdict
        return Review(
            message=verdict.message,
            proofs=verdict.proofs,
            expected=verdict.expected,
            actual=verdict.actual,
            hint=verdict.hint,
        )

    def _named(self, answer: Plain) -> list[Concept]:
        return [concept for concept in self.concepts if concept.stands_in(answer)]

    def _wrong(self, missing: list[Text], held: list[Text]) -> Message:
        if not held:
            return msg(
                "the answer to {question} does not mention: {concepts}",
                question=self.question,
                concepts=missing,
            )
        if not missing:
            return msg(
                "the answer to {question} seems to hold a misconception: {misconceptions}",
                question=self.question,
                misconceptions=held,
            )
        return msg(
            "the answer to {question} does not mention: {concepts}; and it seems to hold a "
            "misconception: {misconceptions}",
            question=self.question,
            concepts=missing,
            misconceptions=held,
        )


def _mentions(concepts: Sequence[Concept]) -> Message | None:
    if not concepts:
        return None
    return msg("mentions: {concepts}", concepts=[concept.name for concept in concepts])
