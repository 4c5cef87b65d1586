"""What roster and rubric tell an LMS of a class, where its own sheet is not at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.batch.columns import plain as plain_name
from grader.batch.model import Row
from grader.batch.outputs.contract import Graded
from grader.batch.roster import Roster
from grader.messages import Translator
from grader.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class Known:
    """The cells of the roster's lines, by column, as `plain_name` has it."""

    lines: Mapping[int, Mapping[str, str]]

    @classmethod
    def of(cls, graded: Graded) -> Known:
        """What the class's roster has; nothing, if there is none."""
        path = graded.assignment.roster
        roster = Roster.load(path) if path else ()
        return cls(
            {one.line: {plain_name(k): v.strip() for k, v in one.columns.items()} for one in roster}
        )

    def cell(self, row: Row, *columns: str) -> str:
        """What stands in the first of these columns that is not empty, for this learner."""
        cells = self.lines.get(row.enrolled, {}) if row.enrolled is not None else {}
        found = (cells.get(plain_name(column), "") for column in columns)
        return next(filter(None, found), "")


def title_of(graded: Graded) -> str:
    """What the assignment is called."""
    return graded.column or Translator(graded.assignment.lang).text(graded.rubric.title)


def titles_of(rubric: Rubric) -> set[str]:
    """All that it may be called elsewhere."""
    title = rubric.title
    return {rubric.id, *([title] if isinstance(title, str) else title.values())}
