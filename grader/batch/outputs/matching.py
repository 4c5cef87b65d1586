"""Whose line of an LMS's sheet a submission is."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from grader.batch.columns import called
from grader.batch.model import Enrolled, Row
from grader.batch.names import shown
from grader.batch.roster import Roster
from grader.messages import Message, msg

CENT = Decimal("0.01")
SHOWN = 30
"""Of a list of names that is longer, the rest is counted."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a learner got, after the late penalty, of ``max_score``."""

    final: Decimal
    max_score: Decimal

    def of(self, possible: Decimal | None) -> Decimal:
        """The grade on a scale that ends at ``possible``; as it is where there is none."""
        if not possible or not self.max_score:
            return self.final
        return (self.final * possible / self.max_score).quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Matched:
    """Grades by the number of the learner's line, and what does not fit together."""

    grades: Mapping[int, Grade]
    notices: tuple[Message, ...]


def matched(rows: Iterable[Row], learners: Sequence[Enrolled], path: Path) -> Matched:
    """Find each submission's learner: by id, e-mail, login, and last by a name that only one has.

    A learner with two submissions gets the grade of neither: a person has to choose.
    """
    roster = Roster(path, learners)
    grades: dict[int, Grade] = {}
    labels: dict[int, str] = {}
    unknown: list[str] = []
    several: list[str] = []
    unjudged: list[str] = []
    for row in rows:
        line = _line(row, roster)
        if line is None:
            unknown.append(row.label)
        elif line in labels:
            several += [label for label in (labels[line], row.label) if label not in several]
            grades.pop(line, None)
        else:
            labels[line] = row.label
            if row.error:
                unjudged.append(row.label)
            else:
                grades[line] = Grade(row.final, row.max_score)
    notices = _notices(path.name, unknown, several, unjudged, idle_among(learners, labels))
    return Matched(grades, tuple(notices))


def idle_among(learners: Iterable[Enrolled], handed_in: Container[int | None]) -> list[str]:
    """Who of them handed in nothing: none of the lines ``handed_in`` is theirs."""
    return [shown(called(one.name) or one.id) for one in learners if one.line not in handed_in]


def names(all_of_them: Sequence[str]) -> list[Message | str]:
    """The first of many names, and how many more there are."""
    rest = len(all_of_them) - SHOWN
    return [*all_of_them[:SHOWN], *([msg("and {count} more", count=rest)] if rest > 0 else [])]


def _line(row: Row, roster: Roster) -> int | None:
    clues = (
        ("id", row.learner.id),
        ("email", row.email),
        ("user", row.learner.id),
        ("name", row.learner.name),
    )
    for field, value in clues:
        found = roster.find(field, value) if value else ()
        if len(found) == 1:
            return found[0].line
    return None


def _notices(
    file: str, unknown: list[str], several: list[str], unjudged: list[str], idle: list[str]
) -> Iterator[Message]:
    if unknown:
        yield msg(
            "not in {file}, so without a grade there: {names}", file=file, names=names(unknown)
        )
    if several:
        yield msg(
            "{file}: two submissions of one learner, whose grade is left as it was: {names}",
            file=file,
            names=names(several),
        )
    if unjudged:
        yield msg(
            "{file}: could not be judged, and the grade is left as it was: {names}",
            file=file,
            names=names(unjudged),
        )
    if idle:
        yield msg(
            "{file}: no submission, and the grade is left as it was: {names}",
            file=file,
            names=names(idle),
        )
