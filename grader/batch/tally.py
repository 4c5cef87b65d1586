"""Small numbers of many rows, which are seen one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import accumulate

from grader.batch.alike_messages import AlikeMessages
from grader.batch.model import ObjectiveRow, Row
from grader.report.class_view import FAILED, Objective, Outcome, Spread, Trouble

BINS = 10
MAX_TROUBLES = 5


def outcome(row: Row) -> Outcome:
    """What became of a submission."""
    if row.error:
        return "error"
    if row.passed:
        return "passed"
    return "not-yet" if row.complete else "incomplete"


def marks(row: Row, flags: Mapping[str, int]) -> Iterator[str]:
    """By what a row can be filtered; ``flags`` counts those about each label."""
    yield "all"
    yield outcome(row)
    if row.review:
        yield "review"
    if flags.get(row.label):
        yield "flagged"
    if row.penalty:
        yield "late"
    if row.notices:
        yield "notice"


class Tally:
    """All that the class report says of the class as a whole. Memory: that of distinct scores."""

    def __init__(self, objectives: Mapping[str, str], flags: Mapping[str, int]) -> None:
        self._flags = flags
        self._objectives = {id_: _Objective(title) for id_, title in objectives.items()}
        self._finals: Counter[Decimal] = Counter()
        self._most = Decimal(0)
        self.marks: Counter[str] = Counter()
        self.late_points = Decimal(0)

    def add(self, row: Row) -> tuple[str, ...]:
        """Count one more submission; return its marks."""
        found = tuple(marks(row, self._flags))
        self.marks.update(found)
        self.late_points += row.penalty
        if not row.error:
            self._judged(row)
        return found

    def _judged(self, row: Row) -> None:
        self._finals[row.final] += 1
        self._most = max(self._most, row.max_score)
        for objective in row.objectives:
            self._objectives.setdefault(objective.id, _Objective(objective.id)).add(objective)

    def objectives(self) -> tuple[Objective, ...]:
        """Those that most have to learn come first, else in the rubric's order."""
        seen = (tally.made() for tally in self._objectives.values())
        return tuple(sorted(seen, key=lambda objective: -objective.failed))

    def spread(self) -> Spread | None:
        """How the final scores are spread; none when nobody was judged."""
        if not self._finals:
            return None
        scores = sorted(self._finals)
        places = list(accumulate(self._finals[score] for score in scores))
        count = places[-1]
        bins = [0] * BINS
        for score, learners in self._finals.items():
            place = int(score * BINS / self._most) if self._most else 0
            bins[min(max(place, 0), BINS - 1)] += learners

        def quarter(number: int) -> Decimal:
            whole, rest = divmod(number * (count - 1), 4)
            low, high = (
                next(score for score, end in zip(scores, places, strict=True) if place < end)
                for place in (whole, min(whole + 1, count - 1))
            )
            return low + (high - low) * rest / 4

        return Spread(
            most=self._most,
            bins=tuple(bins),
            mean=sum((score * n for score, n in self._finals.items()), Decimal(0)) / count,
            lowest=scores[0],
            lower=quarter(1),
            median=quarter(2),
            upper=quarter(3),
            highest=scores[-1],
        )


class _Objective:
    def __init__(self, title: str) -> None:
        self._title = title
        self._counts: Counter[str] = Counter()
        self._points = self._most = Decimal(0)
        self._messages = AlikeMessages()

    def add(self, row: ObjectiveRow) -> None:
        self._counts[row.status] += 1
        self._points += row.score
        self._most = max(self._most, row.max_score)
        if row.status in FAILED and row.message:
            self._messages.add(row.message)

    def made(self) -> Objective:
        return Objective(
            title=self._title,
            counts=dict(self._counts),
            mean=self._points / (self._counts.total() or 1),
            max_score=self._most,
            troubles=tuple(Trouble(*one) for one in self._messages.most_common(MAX_TROUBLES)),
        )
