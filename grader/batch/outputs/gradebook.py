"""What a gradebook tells of each learner, whatever file it stands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from grader.batch.model import Row
from grader.check import Text
from grader.messages import Message, msg
from grader.rubric.model import Objective, Rubric

Cell = str | Decimal | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is for programs and never changes, ``title`` for people."""

    name: str
    title: Message | Text
    value: Callable[[Row], Cell]


BEFORE = (
    Column("label", msg("Submission"), lambda row: row.label),
    Column("id", msg("Learner id"), lambda row: row.learner.id),
    Column("name", msg("Name"), lambda row: row.learner.name),
    Column("email", msg("E-mail"), lambda row: row.email),
    Column("score", msg("Score"), lambda row: None if row.error else row.score),
    Column("max", msg("Out of"), lambda row: None if row.error else row.max_score),
    Column("penalty", msg("Late penalty"), lambda row: None if row.error else row.penalty),
    Column("final", msg("Final score"), lambda row: None if row.error else row.final),
    Column("passed", msg("Passed"), lambda row: None if row.error else row.passed),
    Column("complete", msg("Fully judged"), lambda row: None if row.error else row.complete),
    Column("submitted_at", msg("Handed in"), lambda row: row.submitted_at),
)
AFTER = (
    Column("error", msg("Why it was not judged"), lambda row: row.error),
    Column("notices", msg("Notices"), lambda row: "; ".join(row.notices)),
    Column("review", msg("Needs a person"), lambda row: ", ".join(row.review)),
)


def columns(rubric: Rubric) -> tuple[Column, ...]:
    """All columns, in order; between those of the learner one for each objective's status."""
    return (*BEFORE, *map(_status, rubric.objectives), *AFTER)


def _status(objective: Objective) -> Column:
    def value(row: Row) -> Cell:
        return next((o.status for o in row.objectives if o.id == objective.id), None)

    return Column(f"status:{objective.id}", objective.title, value)
