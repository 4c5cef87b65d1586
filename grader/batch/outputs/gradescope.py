"""``gradescope.csv``: in the form of the scores that Gradescope exports.

With a roster or scores that were downloaded from Gradescope, the scores are filled in there.
Gradescope itself has no import of scores: this is for what reads its exports.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from grader.batch.columns import full_name
from grader.batch.model import Enrolled, Row
from grader.batch.outputs.contract import Graded
from grader.batch.outputs.known import Known
from grader.batch.outputs.matching import matched
from grader.batch.outputs.of_lms import of_lms
from grader.batch.outputs.sheet import Sheet, to_number
from grader.cells import number, plain
from grader.messages import Message
from grader.rubric.model import Late
from grader.whole import whole

SCORE, MAXIMUM, STATUS = "Total Score", "Max Points", "Status"
GRADED, UNGRADED = "Graded", "Ungraded"
HEADER: Final = (
    *("First Name", "Last Name", "SID", "Email", "Sections", SCORE, MAXIMUM, STATUS),
    *("Submission ID", "Submission Time", "Lateness (H:M:S)"),
)


def recognises(sheet: Sheet) -> bool:
    """Whether it is a roster or scores of Gradescope."""
    has_name = sheet.find("firstname", "name") is not None
    return has_name and None not in (sheet.find("sid"), sheet.find("email"))


def _fill(sheet: Sheet, graded: Graded) -> tuple[Message, ...]:
    found = matched(graded.rows(), list(_learners(sheet)), sheet.path)
    score, maximum, status = (sheet.column(name) for name in (SCORE, MAXIMUM, STATUS))
    for line, grade in found.grades.items():
        record = sheet.records[line]
        possible = to_number(sheet.cell(record, maximum)) or grade.max_score
        sheet.put(record, score, number(grade.of(possible)))
        sheet.put(record, maximum, number(possible))
        sheet.put(record, status, GRADED)
    return found.notices


def _learners(sheet: Sheet) -> Iterator[Enrolled]:
    places = {name: sheet.find(name) for name in ("firstname", "lastname", "name", "sid", "email")}
    for line, record in enumerate(sheet.records):
        if any(record):
            told = {name: sheet.cell(record, place) for name, place in places.items()}
            name = told["name"] or full_name(told["firstname"], told["lastname"])
            yield Enrolled(line=line, id=told["sid"], name=name, email=told["email"])


def _write_new(graded: Graded, path: Path) -> tuple[Message, ...]:
    known = Known.of(graded)
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for row in graded.rows():
            lines.writerow(_line(row, known, graded.rubric.late))
    return ()


def _line(row: Row, known: Known, late: Late | None) -> list[str]:
    first, last = known.cell(row, "first name"), known.cell(row, "last name")
    who = [
        first or ("" if last else row.learner.name),
        last,
        known.cell(row, "sid") or row.learner.id,
        row.email,
        known.cell(row, "sections", "section"),
    ]
    points = [number(row.final), number(row.max_score), GRADED]
    at = row.submitted_at
    return [
        *map(plain, who),
        *(["", "", UNGRADED] if row.error else points),
        plain(known.cell(row, "submission id")),
        f"{at:%Y-%m-%d %H:%M:%S %z}" if at else "",
        _hours(at - late.deadline) if at and late else "",
    ]


def _hours(late: timedelta) -> str:
    seconds = max(0, int(late.total_seconds()))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


OUTPUT = of_lms("gradescope.csv", recognises, _fill, _write_new)
