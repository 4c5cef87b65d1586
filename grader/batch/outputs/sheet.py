"""A table that an instructor downloaded from an LMS, written again as it came but for grades."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from grader.batch.columns import plain as plain_name
from grader.cells import MARK, is_formula
from grader.csv_text import NOT_TEXT, is_declaration
from grader.csv_text import delimiter as delimiter_of
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.system_error import reason_of
from grader.whole import whole

MAX_BYTES: Final = 32 * 1024 * 1024
BOM: Final = "\ufeff"

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is written; ``start`` is a BOM, and Excel's line that names the delimiter."""

    encoding: str
    delimiter: str
    newline: str
    start: str = ""


class Sheet:
    """The table: its ``header``, and its ``records``, which may be changed."""

    def __init__(
        self, path: Path, shape: Shape, header: list[str], records: list[list[str]]
    ) -> None:
        self.path = path
        self.header = header
        self.records = records
        self._shape = shape

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """Read a table in any encoding and with any delimiter that spreadsheets write.

        Raises:
            GradeLabError: it cannot be read, or is not a table.
        """
        text, encoding = _text(path)
        start = BOM if text.startswith(BOM) else ""
        text = text.removeprefix(BOM)
        delimiter = delimiter_of(text)
        first, _, _ = text.partition("\n")
        if is_declaration([first]):
            start += first + "\n"
            text = text[len(first) + 1 :]
            first, _, _ = text.partition("\n")
        newline = "\r\n" if first.endswith("\r") else "\n"
        try:
            header, *records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        except (csv.Error, ValueError) as error:
            reason = msg("not valid CSV: {reason}", reason=str(error))
            raise _unusable(path, reason) from None
        return cls(path, Shape(encoding, delimiter, newline, start), header, records)

    def find(self, *names: str) -> int | None:
        """The place of the first column that has one of these names, as `plain_name` has them."""
        found = [plain_name(column) for column in self.header]
        return next((found.index(name) for name in names if name in found), None)

    def column(self, *names: str) -> int:
        """The same; the column is added if there is none, and called as the first name says."""
        found = self.find(*map(plain_name, names))
        if found is None:
            self.header.append(names[0])
            return len(self.header) - 1
        return found

    def cell(self, record: Sequence[str], place: int | None) -> str:
        """What stands there, without spaces around it; empty where the record is too short."""
        return record[place].strip() if place is not None and place < len(record) else ""

    def put(self, record: list[str], place: int, text: str) -> None:
        """Put a number, or another text of ours, into a record."""
        record += [""] * (place + 1 - len(record))
        record[place] = text

    def write(self, path: Path) -> None:
        """Write it as it came; what would be a formula is made text.

        Raises:
            OutputError: it cannot be written.
        """
        shape = self._shape
        with (
            whole(path) as draft,
            draft.open("w", encoding=shape.encoding, errors="replace", newline="") as file,
        ):
            file.write(shape.start)
            lines = csv.writer(file, delimiter=shape.delimiter, lineterminator=shape.newline)
            lines.writerow(self.header)
            lines.writerows(map(_kept, record) for record in self.records)


def to_number(text: str) -> Decimal | None:
    """The number that a cell is, whatever its decimal sign; none if it is something else."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _kept(cell: str) -> str:
    """A cell of the LMS. Numbers, and the dash that stands for nothing, are no formulas."""
    is_plain = to_number(cell) is not None or cell.strip() == "-" or not is_formula(cell)
    return cell if is_plain else f"{MARK}{cell}"


def _text(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = reason_of(error)
        raise _unusable(path, msg("cannot be read: {reason}", reason=reason)) from error
    if len(data) > MAX_BYTES:
        raise _unusable(path, msg("is larger than {size} MB", size=MAX_BYTES // 1024**2))
    for encoding in (_UTF_16.get(data[:2]), "utf-8", "cp949"):
        try:
            if encoding:
                return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise _unusable(path, NOT_TEXT)


def _unusable(path: Path, reason: Message) -> GradeLabError:
    return GradeLabError(
        msg("the gradebook cannot be used: {reason}", reason=reason), where=str(path)
    )
