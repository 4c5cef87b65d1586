"""A roster: a CSV file as spreadsheets write it, with a learner in each row.

The column ``id`` says who it is; other columns are kept as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GradeLabError, Problem
from grader.messages import Message, msg

ID = "id"
ENCODINGS = ("utf-8-sig", "cp949")
"""The second is what Excel writes on a Korean Windows."""
MAX_BYTES = 16 * 1024 * 1024
MAX_ID = 200


@dataclass(frozen=True, slots=True)
class Roster:
    """Learners, each with a cell for every column."""

    columns: tuple[str, ...]
    learners: tuple[Mapping[str, str], ...]


def read(path: Path) -> Roster:
    """Read a roster. Raises GradeLabError with every mistake, its line and its column's name."""
    try:
        text = _decoded(_bytes(path), path)
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns = tuple(name.strip() for name in next(rows, []))
        _check_columns(columns, path)
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        problem = Problem(str(path), msg("not valid CSV: {reason}", reason=str(error)))
        raise _broken([problem]) from None
    problems: list[Problem] = []
    learners = tuple(_learners(columns, numbered, path, problems))
    if not learners and not problems:
        problems.append(Problem(str(path), msg("holds no learner")))
    if problems:
        raise _broken(problems)
    return Roster(columns, learners)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        message = msg("the roster cannot be read: {reason}", reason=reason)
        raise GradeLabError(message, where=str(path)) from None
    if len(data) > MAX_BYTES:
        raise GradeLabError(msg("the roster is too large"), where=str(path))
    return data


def _decoded(data: bytes, path: Path) -> str:
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise GradeLabError(
        msg("the roster is neither UTF-8 nor CP949"),
        msg("in the spreadsheet, save it as `CSV UTF-8`"),
        where=str(path),
    )


def _check_columns(columns: Sequence[str], path: Path) -> None:
    where = f"{path}:1"
    if ID not in columns:
        message = msg("there is no column '{name}' among: {names}", name=ID, names=columns)
        raise _broken([Problem(where, message)])
    for name in {name for name in columns if columns.count(name) > 1}:
        raise _broken([Problem(where, msg("the column '{name}' stands twice", name=name))])


def _learners(
    columns: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    path: Path,
    problems: list[Problem],
) -> Iterator[Mapping[str, str]]:
    lines: dict[str, int] = {}
    for line, cells in rows:
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        learner = dict(zip(columns, padded, strict=False))
        learner[ID] = learner[ID].strip()
        wrong = _wrong_with(learner[ID], lines.get(learner[ID]))
        if len(cells) > len(columns):
            wrong = msg(
                "{count} cells, but only {columns} columns", count=len(cells), columns=len(columns)
            )
        if wrong:
            problems.append(Problem(f"{path}:{line}", wrong))
        lines.setdefault(learner[ID], line)
        yield learner


def _wrong_with(id_: str, earlier: int | None) -> Message | None:
    if not id_:
        return msg("'{name}' is empty", name=ID)
    if earlier:
        return msg("'{name}': {id} stands in line {line}, too", name=ID, id=id_, line=earlier)
    if len(id_) > MAX_ID or not id_.isprintable():
        return msg(
            "'{name}' is longer than {count} characters, or holds a control character",
            name=ID,
            count=MAX_ID,
        )
    return None


def _broken(problems: Sequence[Problem]) -> GradeLabError:
    return GradeLabError(msg("the roster cannot be used"), problems=problems)
