"""``gradebook.csv``: for spreadsheets and scripts. It has a BOM: Excel needs it to read Korean."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from grader.batch.outputs.contract import ClassOutput, Graded
from grader.batch.outputs.gradebook import Cell, Table
from grader.cells import number, plain
from grader.check import Status
from grader.messages import Message
from grader.whole import whole


def write(graded: Graded, path: Path) -> tuple[Message, ...]:
    """Write it; see `ClassOutput`."""
    table = Table(graded.rubric)
    with whole(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(table.names)
        lines.writerows(map(_text, table.cells(row)) for row in graded.rows())
    return ()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Status():
            return cell.value
        case bool():
            return "TRUE" if cell else "FALSE"
        case Decimal():
            return number(cell)
        case datetime():
            return cell.isoformat()
        case str():
            return plain(cell)


OUTPUT = ClassOutput("gradebook.csv", write)
