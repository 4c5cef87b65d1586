"""The roster: who is enrolled, as a CSV file in any of the shapes that instructors have it in."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from grader import csv_text
from grader.batch.clones import is_git_url
from grader.batch.columns import FIELDS, full_name, name_keys, plain, when
from grader.batch.model import Enrolled
from grader.cells import bare
from grader.errors import GradeLabError, Problem
from grader.messages import Message, msg
from grader.system_error import reason_of

MAX_BYTES = 16 * 1024 * 1024
MAX_ID = 200
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
"""How a spreadsheet writes a number of more than eleven digits."""
_POINTS_POSSIBLE = "pointspossible"
"""A line of this name below the header of a Canvas gradebook is not a learner."""


class Roster:
    """The learners, in the file's order, and found by whatever is known of them."""

    def __init__(self, path: Path, lines: Iterable[Enrolled]) -> None:
        self._base = path.parent.resolve()
        self._lines = tuple(lines)
        self._by: dict[str, dict[str, list[Enrolled]]] = {}
        """By field, each once it is asked for: in most classes few are, and they are large."""

    @classmethod
    def load(cls, path: Path) -> Roster:
        """Read a roster.

        Raises:
            GradeLabError: it cannot be read, or has mistakes: each with its line.
        """
        return cls(path, _Reader(path).lines())

    def __iter__(self) -> Iterator[Enrolled]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def find(self, field: str, value: str) -> tuple[Enrolled, ...]:
        """The learners whose ``field`` is this: one, none, or several of the same name.

        ``field`` is ``id``, ``email``, ``name``, ``hub_id``, or ``user``: what another service
        calls the learner, such as GitHub, or Canvas by a number. An id that nobody has is found
        without the zeros in front, too: spreadsheets, and YAML without quotes, take them away.
        """
        if field not in self._by:
            self._by[field] = _index(self._lines, _KEYS[field])
        keys = name_keys(value) if field == "name" else [value]
        found = {one.line: one for key in keys for one in self._by[field].get(_key(key), ())}
        if field == "id" and not found and value.isdecimal():
            return self.find("number", value.lstrip("0"))
        return tuple(found.values())

    def place(self, enrolled: Enrolled) -> str:
        """Where a learner's submission is: a git URL, an absolute path, or empty."""
        if not enrolled.source or is_git_url(enrolled.source):
            return enrolled.source
        return os.path.normpath(self._base / enrolled.source)

    def of_source(self, source: Path) -> Enrolled | None:
        """The line that names this folder or file, by its path, or else by its name alone."""
        if not self._places:
            return None
        for index, key in ((self._places, str(source.resolve())), (self._file_names, source.name)):
            found = index.get(_key(key), ())
            if len(found) == 1:
                return found[0]
        return None

    @cached_property
    def _places(self) -> dict[str, list[Enrolled]]:
        return _index(self._lines, lambda one: [self.place(one)])

    @cached_property
    def _file_names(self) -> dict[str, list[Enrolled]]:
        return _index(self._lines, lambda one: [Path(one.source).name])


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _index(
    lines: Iterable[Enrolled], keys: Callable[[Enrolled], Iterable[str]]
) -> dict[str, list[Enrolled]]:
    index: dict[str, list[Enrolled]] = {}
    for one in lines:
        for key in {_key(key) for key in keys(one)} - {""}:
            index.setdefault(key, []).append(one)
    return index


def _users(enrolled: Enrolled) -> Iterator[str]:
    """Names and numbers of other services, in whatever columns. Moodle's are "Participant 12"."""
    for column in _columns_of("user", tuple(enrolled.columns)):
        yield enrolled.columns[column]
        yield enrolled.columns[column].rpartition(" ")[2]
    yield enrolled.email.partition("@")[0]


_KEYS: Mapping[str, Callable[[Enrolled], Iterable[str]]] = {
    "id": lambda one: [one.id],
    "number": lambda one: [one.id.lstrip("0")],
    "email": lambda one: [one.email],
    "name": lambda one: name_keys(one.name),
    "hub_id": lambda one: [one.hub_id],
    "user": _users,
}
"""What a learner is found by, of each field."""


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []

    def lines(self) -> list[Enrolled]:
        text = self._text()
        delimiter = csv_text.delimiter(text)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines: list[Enrolled] = []
        try:
            header = self._header(rows)
            for row in rows:
                if any(cell.strip() for cell in row):
                    lines.extend(self._line(header, row, rows.line_num))
        except csv.Error as error:
            self._problem(rows.line_num, msg("not valid CSV: {reason}", reason=str(error)))
        self._check_ids(lines)
        if self._problems:
            raise self._unusable()
        return lines

    def _text(self) -> str:
        try:
            with self._path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            reason = reason_of(error)
            raise GradeLabError(
                msg("the roster cannot be read: {reason}", reason=reason), where=str(self._path)
            ) from None
        if len(data) > MAX_BYTES:
            raise GradeLabError(msg("the roster is too large"), where=str(self._path))
        try:
            return csv_text.decoded(data)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._problem(line, csv_text.NOT_TEXT)
            raise self._unusable() from None

    def _header(self, rows: Iterator[list[str]]) -> tuple[str, ...]:
        """The first line with a column of ids: a university's list has a title above it."""
        is_empty = True
        for row in rows:
            if _columns_of("id", tuple(row)):
                header = tuple(row)
                break
            is_empty = is_empty and not any(cell.strip() for cell in row)
        else:
            names = ["id", "student id", "학번"]
            told = msg("no column tells the learners' ids; name one {names}", names=names)
            self._problem(1, msg("is empty") if is_empty else told)
            raise self._unusable()
        twice = sorted({name for name in header if name.strip() and header.count(name) > 1})
        if twice:
            self._problem(1, msg("columns of the same name: {names}", names=twice))
            raise self._unusable()
        return header

    def _line(self, header: tuple[str, ...], row: list[str], number: int) -> Iterator[Enrolled]:
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            self._problem(number, msg("has more cells than the header has columns"))
            return
        cells = dict(zip(header, row + [""] * len(header), strict=False))
        name = _value("name", cells) or full_name(_value("first", cells), _value("last", cells))
        learner_id = _value("id", cells)
        if not learner_id and plain(name) == _POINTS_POSSIBLE:
            return
        if wrong := _wrong_with(learner_id):
            field = _columns_of("id", header)[0]
            self._problem(number, msg("{field}: {wrong}", field=field, wrong=wrong))
            return
        submitted = _value("submitted_at", cells)
        try:
            submitted_at = when(submitted) if submitted else None
        except ValueError:
            field = _columns_of("submitted_at", header)[0]
            self._problem(
                number,
                msg("{field}: {value} is not a date and time", field=field, value=submitted),
            )
            return
        yield Enrolled(
            line=number,
            id=learner_id,
            name=name,
            email=_value("email", cells),
            hub_id=_value("hub_id", cells),
            source=_value("source", cells),
            submitted_at=submitted_at,
            columns=cells,
        )

    def _check_ids(self, lines: list[Enrolled]) -> None:
        first: dict[str, int] = {}
        for one in lines:
            before = first.setdefault(_key(one.id), one.line)
            if before != one.line:
                message = msg("the id {id} stands in line {line}, too", id=one.id, line=before)
                self._problem(one.line, message)

    def _problem(self, line: int, message: Message) -> None:
        self._problems.append(Problem(f"{self._path}:{line}", message))

    def _unusable(self) -> GradeLabError:
        return GradeLabError(msg("the roster cannot be used"), problems=self._problems)


def _wrong_with(learner_id: str) -> Message | None:
    if not learner_id:
        return msg("is empty")
    if len(learner_id) > MAX_ID or not learner_id.isprintable():
        return msg("longer than {count} characters, or not readable", count=MAX_ID)
    if _SHORTENED.fullmatch(learner_id):
        return msg(
            "a spreadsheet made {id} of it; format the column as text there, enter the ids again, "
            "and save it",
            id=learner_id,
        )
    return None


@lru_cache
def _columns_of(field: str, header: tuple[str, ...]) -> list[str]:
    """The columns that may tell ``field``, the surest first."""
    by_name = {plain(column): column for column in reversed(header)}
    return [by_name[name] for name in FIELDS[field] if name in by_name]


def _value(field: str, cells: Mapping[str, str]) -> str:
    found = (bare(cells[column].strip()) for column in _columns_of(field, tuple(cells)))
    return unicodedata.normalize("NFC", next(filter(None, found), ""))
