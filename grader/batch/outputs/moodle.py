"""``moodle.csv``: for Moodle.

With the grading worksheet that was downloaded from the assignment only its grades are filled in:
Moodle tells learners by the worksheet's identifiers, and columns by names in the site's language.
Without it, a file for the gradebook's import, where the columns are chosen by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.batch.model import Enrolled
from grader.batch.names import shown
from grader.batch.outputs.contract import Graded
from grader.batch.outputs.known import Known, title_of
from grader.batch.outputs.matching import matched, names
from grader.batch.outputs.of_lms import of_lms
from grader.batch.outputs.sheet import Sheet, to_number
from grader.cells import number, plain
from grader.messages import Message, msg
from grader.whole import whole

_IDENTIFIER = re.compile(r"\D+\d+")
"""Such as ``Participant 12``, in whatever language."""
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_NOTHING = frozenset({"", "-"})


@dataclass(frozen=True, slots=True)
class _Places:
    grade: int
    maximum: int


def recognises(sheet: Sheet) -> bool:
    """Whether Moodle made this worksheet."""
    return _places(sheet) is not None


def _places(sheet: Sheet) -> _Places | None:
    """Where the grade stands: before the maximum, the one column with the same number in all lines.

    What the columns are called depends on the site's language; their order does not.
    """
    records = [record for record in sheet.records if any(record)]
    if not records or not all(_IDENTIFIER.fullmatch(sheet.cell(r, 0)) for r in records):
        return None
    named = sheet.find("grade"), sheet.find("maximumgrade")
    if named[0] is not None and named[1] is not None:
        return _Places(named[0], named[1])
    for place in range(3, len(sheet.header)):
        values = {to_number(sheet.cell(record, place)) for record in records}
        before = {sheet.cell(record, place - 1) for record in records}
        is_maximum = len(values) == 1 and (values.pop() or 0) > 0
        if is_maximum and all(not cell or to_number(cell) is not None for cell in before):
            return _Places(place - 1, place)
    return None


def _fill(sheet: Sheet, graded: Graded) -> tuple[Message, ...]:
    places = _places(sheet)
    assert places is not None  # noqa: S101 # by them it was recognised
    found = matched(graded.rows(), list(_learners(sheet)), sheet.path)
    for line, grade in found.grades.items():
        record = sheet.records[line]
        maximum = sheet.cell(record, places.maximum)
        text = number(grade.of(to_number(maximum)))
        sheet.put(record, places.grade, text.replace(".", ",") if "," in maximum else text)
    left_out = _leave_out_bare_feedback(sheet, places)
    if not left_out:
        return found.notices
    told = msg(
        "{file}: feedback without a grade erases grades, so these lines are left out: {names}",
        file=sheet.path.name,
        names=names(left_out),
    )
    return (*found.notices, told)


def _leave_out_bare_feedback(sheet: Sheet, places: _Places) -> list[str]:
    """Remove the lines that have feedback and no grade, and tell whose they are.

    Feedback, where the worksheet has any, is last: after the maximum stand whether the grade can be
    changed, and when submission and grade were.
    """
    feedback = len(sheet.header) - 1
    if feedback < places.maximum + 4:
        return []
    kept: list[list[str]] = []
    removed: list[str] = []
    for record in sheet.records:
        is_graded = sheet.cell(record, places.grade) not in _NOTHING
        if is_graded or sheet.cell(record, feedback) in _NOTHING:
            kept.append(record)
        else:
            removed.append(shown(sheet.cell(record, 1) or sheet.cell(record, 0)))
    sheet.records[:] = kept
    return removed


def _learners(sheet: Sheet) -> Iterator[Enrolled]:
    """The name follows the identifier; what else the site shows of a learner is its choice."""
    id_number = sheet.find("idnumber", "id번호", "학번")
    username = sheet.find("username", "사용자이름", "아이디")
    for line, record in enumerate(sheet.records):
        if any(record):
            identifier = sheet.cell(record, 0)
            yield Enrolled(
                line=line,
                id=sheet.cell(record, id_number) or identifier,
                name=sheet.cell(record, 1),
                email=next(filter(_EMAIL.fullmatch, map(str.strip, record)), ""),
                columns={"Identifier": identifier, "Username": sheet.cell(record, username)},
            )


def _write_new(graded: Graded, path: Path) -> tuple[Message, ...]:
    known = Known.of(graded)
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        header = ("ID number", "Username", "Email address", "Full name", plain(title_of(graded)))
        lines.writerow(header)
        for row in graded.rows():
            if not row.error:
                told = [
                    known.cell(row, "id number") or row.learner.id,
                    known.cell(row, "username", "login"),
                    row.email,
                    row.learner.name,
                ]
                lines.writerow([*map(plain, told), number(row.final)])
    return (
        msg(
            "{file}: import it in Moodle under Grades, or fill in the assignment's own grading"
            " worksheet with `--gradebook`",
            file=path.name,
        ),
    )


OUTPUT = of_lms("moodle.csv", recognises, _fill, _write_new)
