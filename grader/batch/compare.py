"""A class then and now: who moved, by how much, and for which objective."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from grader.batch.model import ObjectiveRow, Row
from grader.cells import number
from grader.check import Status, Text
from grader.messages import Message, msg
from grader.report.words import STATUS
from grader.result import Learner


@dataclass(frozen=True, slots=True)
class Turn:
    """An objective whose status, or score, is another; ``message`` is today's, of its check.

    A status is none where the objective did not exist or the submission was not judged.
    """

    objective: str
    before: Status | None
    after: Status | None
    points: Decimal
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about a submission. A row is none where there was, or is, none."""

    before: Row | None
    after: Row | None

    @property
    def label(self) -> str:
        """The submission's."""
        return self._known.label

    @property
    def learner(self) -> Learner:
        """Who handed it in, as known last."""
        return self._known.learner

    @property
    def points(self) -> Decimal:
        """By how much the final score moved; what was not judged counts as nothing."""
        return _final(self.after) - _final(self.before)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The objectives that turned out otherwise, in the rubric's order."""
        before, after = _objectives(self.before), _objectives(self.after)
        ids = dict.fromkeys([*after, *before])
        turns = (_turn(id_, before.get(id_), after.get(id_)) for id_ in ids)
        return tuple(t for t in turns if t.before != t.after or t.points)

    @property
    def _known(self) -> Row:
        known = self.after or self.before
        assert known is not None  # noqa: S101 # a change is of a row
        return known


def compare(before: Iterable[Row], after: Iterable[Row]) -> Iterator[Change]:
    """What is different, by label. Both must come by label; neither is kept.

    The rows of an earlier run's ``results.jsonl`` are those of `results_jsonl.read`.
    """
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old or new:
        if new is None or (old is not None and old.label < new.label):
            yield Change(old, None)
            old = next(olds, None)
        elif old is None or new.label < old.label:
            yield Change(None, new)
            new = next(news, None)
        else:
            change = Change(old, new)
            if change.points or change.turns or _as_a_whole(old) != _as_a_whole(new):
                yield change
            old, new = next(olds, None), next(news, None)


def why(change: Change, titles: Mapping[str, Text]) -> Iterator[Message]:
    """The reasons of a change, each a phrase; ``titles`` are the objectives' by id."""
    before, after = change.before, change.after
    if before is None:
        yield msg("handed in for the first time")
    elif after is None:
        yield msg("no longer in the class")
    elif after.error:
        yield msg("could not be judged: {reason}", reason=after.error)
    else:
        if before.error:
            yield msg("could not be judged before")
        elif before.passed != after.passed:
            yield msg("passes now") if after.passed else msg("does not pass any more")
        for turn in () if before.error else change.turns:
            yield _told(turn, titles.get(turn.objective, turn.objective))
        if not before.error and before.max_score != after.max_score:
            yield msg(
                "of {before} points before, of {after} now",
                before=number(before.max_score),
                after=number(after.max_score),
            )
        if before.penalty != after.penalty:
            yield msg(
                "late penalty: {before} → {after}",
                before=number(before.penalty),
                after=number(after.penalty),
            )


def _told(turn: Turn, title: Text) -> Message:
    if turn.before == turn.after:
        points = f"{'+' * (turn.points > 0)}{number(turn.points)}"
        return msg("{objective}: {points} points", objective=title, points=points)
    if turn.before and turn.after and turn.message:
        return msg(
            "{objective}: {before} → {after} ({message})",
            objective=title,
            before=STATUS[turn.before],
            after=STATUS[turn.after],
            message=turn.message,
        )
    return msg(
        "{objective}: {before} → {after}",
        objective=title,
        before=STATUS[turn.before] if turn.before else "–",
        after=STATUS[turn.after] if turn.after else "–",
    )


def _as_a_whole(row: Row) -> tuple[object, ...]:
    """What a rubric's pass mark and the points of all its objectives change, and errors do."""
    return row.error, row.passed, row.max_score


def _final(row: Row | None) -> Decimal:
    return row.final if row and not row.error else Decimal(0)


def _objectives(row: Row | None) -> Mapping[str, ObjectiveRow]:
    return {objective.id: objective for objective in row.objectives} if row else {}


def _turn(id_: str, before: ObjectiveRow | None, after: ObjectiveRow | None) -> Turn:
    points = (after.score if after else Decimal(0)) - (before.score if before else Decimal(0))
    return Turn(
        id_,
        before.status if before else None,
        after.status if after else None,
        points,
        after.message if after else "",
    )
