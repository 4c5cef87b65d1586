"""``canvas.csv``: for Canvas' gradebook import.

With the gradebook that was exported from Canvas only the grades of one assignment change in it:
Canvas tells learners by its own ids and assignments by its own titles, and makes a new assignment
of a title that it does not know. Without it, that is what happens.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Container, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from grader.batch.columns import called
from grader.batch.columns import plain as plain_name
from grader.batch.model import Enrolled
from grader.batch.names import shown
from grader.batch.outputs.contract import Graded
from grader.batch.outputs.known import Known, title_of, titles_of
from grader.batch.outputs.matching import matched, names
from grader.batch.outputs.of_lms import of_lms
from grader.batch.outputs.sheet import Sheet, to_number
from grader.cells import number, plain
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.whole import whole

HEADER: Final = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE: Final = "    Points Possible"
EXCUSED: Final = "EX"

_ASSIGNMENT = re.compile(r"(?P<title>.*) \(\d+\)", re.DOTALL)


def recognises(sheet: Sheet) -> bool:
    """Whether Canvas exported this sheet."""
    return sheet.find("student") == 0 and None not in (sheet.find("id"), sheet.find("section"))


def _fill(sheet: Sheet, graded: Graded) -> tuple[Message, ...]:
    place = _assignment(sheet, graded)
    learners = list(_learners(sheet))
    found = matched(graded.rows(), learners, sheet.path)
    possible = _points_possible(sheet, {one.line for one in learners}, place)
    excused: list[str] = []
    for line, grade in found.grades.items():
        record = sheet.records[line]
        if sheet.cell(record, place).upper() == EXCUSED:
            excused.append(shown(called(record[0])))
        else:
            sheet.put(record, place, number(grade.of(possible)))
    if not excused:
        return found.notices
    told = msg("{file}: excused, and left so: {names}", file=sheet.path.name, names=names(excused))
    return (*found.notices, told)


def _learners(sheet: Sheet) -> Iterator[Enrolled]:
    """Lines without an id are not learners'."""
    places = {name: sheet.find(name) for name in ("id", "student", "sisuserid", "sisloginid")}
    for line, record in enumerate(sheet.records):
        told = {name: sheet.cell(record, place) for name, place in places.items()}
        if told["id"]:
            login = told["sisloginid"]
            yield Enrolled(
                line=line,
                id=told["sisuserid"] or told["id"],
                name=told["student"],
                email=login if "@" in login else "",
                columns={"ID": told["id"], "SIS Login ID": login},
            )


def _assignment(sheet: Sheet, graded: Graded) -> int:
    """The place of the column of the assignment that was graded."""
    wanted = {graded.column} if graded.column else titles_of(graded.rubric)
    plain_wanted = {plain_name(title) for title in wanted}
    columns = {
        place: match["title"]
        for place, column in enumerate(sheet.header)
        if (match := _ASSIGNMENT.fullmatch(column))
    }
    found = [place for place in columns if sheet.header[place] in wanted] or [
        place for place, title in columns.items() if plain_name(title) in plain_wanted
    ]
    if len(found) != 1:
        raise GradeLabError(
            msg("no single assignment in it is called {titles}", titles=sorted(wanted)),
            msg(
                "name its column with `--column`; there are: {columns}",
                columns=names([sheet.header[place] for place in columns]),
            ),
            where=str(sheet.path),
        )
    return found[0]


def _points_possible(sheet: Sheet, learners: Container[int], place: int) -> Decimal | None:
    above = (record for line, record in enumerate(sheet.records) if line not in learners)
    found = (to_number(sheet.cell(record, place)) for record in above)
    return next((points for points in found if points is not None), None)


def _write_new(graded: Graded, path: Path) -> tuple[Message, ...]:
    known = Known.of(graded)
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([*HEADER, plain(title_of(graded))])
        lines.writerow([POINTS_POSSIBLE, "", "", "", "", number(graded.rubric.points)])
        for row in graded.rows():
            if not row.error:
                told = [
                    row.learner.name,
                    known.cell(row, "canvas id", "id"),
                    known.cell(row, "sis user id") or row.learner.id,
                    known.cell(row, "sis login id", "login", "username") or row.email,
                    known.cell(row, "section"),
                ]
                lines.writerow([*map(plain, told), number(row.final)])
    return (
        msg(
            "{file}: fill in Canvas' own sheet instead, with `--gradebook`, so that Canvas knows"
            " the learners and the assignment",
            file=path.name,
        ),
    )


OUTPUT = of_lms("canvas.csv", recognises, _fill, _write_new)
