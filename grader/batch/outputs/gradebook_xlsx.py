"""``gradebook.xlsx``: a sheet of learners and one of objectives. Texts are never formulas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

from grader.batch.model import Row
from grader.batch.outputs.contract import ClassOutput, Graded
from grader.batch.outputs.gradebook import Cell, Table
from grader.cells import readable
from grader.check import Status, Text
from grader.messages import Message, Translator, msg
from grader.report.words import STATUS
from grader.rubric.model import Rubric
from grader.whole import whole

MADE: Final = datetime(1980, 1, 1)  # Excel's times have no zone
"""When the file says it was made: the same rows give the same bytes."""
FIRST_DATE: Final = datetime(1900, 3, 1, tzinfo=UTC)
LAST_DATE: Final = datetime(9999, 12, 30, tzinfo=UTC)
"""Excel's calendar is wrong before the first, and ends after the last in every zone."""
MAX_CHARS: Final = 32_767
WIDTH: Final = 14
TIME_WIDTH: Final = 30
"""In characters. What is no text and does not fit is shown as ``####``."""

OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def write(graded: Graded, path: Path) -> tuple[Message, ...]:
    """Write it; see `ClassOutput`."""
    from xlsxwriter.exceptions import FileCreateError

    with whole(path) as draft, TemporaryDirectory() as scratch:
        book = BytesIO()  # a file that is full would be closed under the library's hands
        try:
            _Book(graded, book, scratch).write(graded.rows())
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from error
        draft.write_bytes(book.getbuffer())
    return ()


class _Book:
    def __init__(self, graded: Graded, file: BinaryIO, scratch: str) -> None:
        from xlsxwriter import Workbook

        self._rubric = graded.rubric
        self._text = Translator(graded.assignment.lang).text
        self._zone = _zone(graded.rubric)
        self._book = Workbook(file, {**OPTIONS, "tmpdir": scratch})
        self._book.set_properties({"created": MADE})
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._points = self._book.add_format({"num_format": "0.##"})
        zone = MADE.replace(tzinfo=self._zone).tzname()
        self._time = self._book.add_format({"num_format": f'yyyy-mm-dd hh:mm:ss "{zone}"'})

    def write(self, rows: Iterable[Row]) -> None:
        counts: Counter[tuple[str, Status]] = Counter()
        points: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._learners(_counted(rows, counts, points))
        self._objectives(counts, points)
        self._book.close()

    def _learners(self, rows: Iterable[Row]) -> None:
        table = Table(self._rubric)
        sheet = self._sheet(msg("Gradebook"), table.titles, frozen=3)
        time = table.names.index("submitted_at")
        sheet.set_column(time, time, TIME_WIDTH)
        last = 0
        for last, row in enumerate(rows, 1):
            for place, cell in enumerate(table.cells(row)):
                self._put(sheet, last, place, cell)
        sheet.autofilter(0, 0, last, len(table.titles) - 1)

    def _objectives(
        self, counts: Counter[tuple[str, Status]], points: defaultdict[str, Decimal]
    ) -> None:
        header: list[Message | Text] = [msg("Objective"), msg("Title"), msg("Points")]
        header += [msg("Mean points"), *(STATUS[status] for status in Status)]
        sheet = self._sheet(msg("Objectives"), header, frozen=2)
        for line, objective in enumerate(self._rubric.objectives, 1):
            found = [counts[objective.id, status] for status in Status]
            mean = points[objective.id] / sum(found) if any(found) else None
            cells: list[Cell] = [objective.id, self._text(objective.title), objective.points]
            for place, cell in enumerate([*cells, mean, *map(Decimal, found)]):
                self._put(sheet, line, place, cell)
        sheet.autofilter(0, 0, len(self._rubric.objectives), len(header) - 1)

    def _sheet(self, name: Message, header: Sequence[Message | Text], frozen: int) -> Any:
        sheet = self._book.add_worksheet(self._text(name))
        sheet.freeze_panes(1, frozen)
        sheet.set_column(0, len(header) - 1, WIDTH)
        for place, title in enumerate(header):
            sheet.write_string(0, place, _fitting(self._text(title)), self._bold)
        return sheet

    def _put(self, sheet: Any, line: int, place: int, cell: Cell) -> None:
        match cell:
            case None | "":
                pass
            case Status():
                sheet.write_string(line, place, self._text(STATUS[cell]))
            case bool():
                sheet.write_boolean(line, place, cell)
            case Decimal():
                sheet.write_number(line, place, float(cell), self._points)
            case datetime() if FIRST_DATE <= cell <= LAST_DATE:
                local = cell.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
                sheet.write_datetime(line, place, local, self._time)
            case _:
                sheet.write_string(line, place, _fitting(str(cell)))


def _counted(
    rows: Iterable[Row], counts: Counter[tuple[str, Status]], points: defaultdict[str, Decimal]
) -> Iterator[Row]:
    for row in rows:
        for objective in row.objectives:
            counts[objective.id, objective.status] += 1
            points[objective.id] += objective.score
        yield row


def _fitting(text: str) -> str:
    """As much of a text as a cell holds; it counts in UTF-16."""
    data = readable(text).encode("utf-16-le")[: 2 * MAX_CHARS]
    return data.decode("utf-16-le", "ignore")


def _zone(rubric: Rubric) -> tzinfo:
    """The deadline's: that is how an instructor thinks of times."""
    return (rubric.late and rubric.late.deadline.tzinfo) or UTC


OUTPUT = ClassOutput("gradebook.xlsx", write)
