"""What a gradebook tells of each learner, whatever file it stands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from grader.batch.model import Row
from grader.check import Status, Text
from grader.messages import Message, msg
from grader.rubric.model import Rubric

Cell = Status | str | Decimal | bool | datetime | None


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


class Table:
    """A gradebook's columns, in order: between those of the learner one for each objective."""

    def __init__(self, rubric: Rubric) -> None:
        self._objectives = [objective.id for objective in rubric.objectives]
        self.names = [
            *(column.name for column in BEFORE),
            *(f"status:{id_}" for id_ in self._objectives),
            *(column.name for column in AFTER),
        ]
        self.titles: list[Message | Text] = [
            *(column.title for column in BEFORE),
            *(objective.title for objective in rubric.objectives),
            *(column.title for column in AFTER),
        ]

    def cells(self, row: Row) -> list[Cell]:
        """What stands in each column for a submission."""
        statuses = {objective.id: objective.status for objective in row.objectives}
        return [
            *(column.value(row) for column in BEFORE),
            *map(statuses.get, self._objectives),
            *(column.value(row) for column in AFTER),
        ]
