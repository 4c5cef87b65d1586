"""The rows of a class on disk: whatever ends a run, what was finished is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.batch.model import Row
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.system_error import reason_of

VERSION = 2
"""Of the tables and of what a row holds; rows of another version are made again."""
AT_ONCE = 50
"""Rows that are read from the file together."""
_ADVICE = msg("free some disk space, and see that the folder can be written to")
_ADVICE_ON_DAMAGE = msg("put the file somewhere else; without it everything is judged anew")


@dataclass(frozen=True, slots=True)
class Known:
    """What a row in the store depends on: its key, and what tells that at a glance."""

    key: str = ""
    glance: str = ""


class Store:
    """Rows by their label, in an SQLite file. A context manager; used by one thread.

    Its folder is there. To be read only (``reading``), the file must be, too, and stays as it is.

    Raises:
        GradeLabError: the file cannot be used (on entering and later).
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        self.path = path
        self._reading = reading
        self._opened: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        with self._explained():
            self._opened = _to_read(self.path) if self._reading else _to_write(self.path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened:
            self._opened.close()
            self._opened = None

    def put(self, row: Row, glance: str = "") -> None:
        """Keep a row, in place of an earlier one of its label."""
        text = row.model_dump_json(exclude_defaults=True)
        values = (row.label, row.key, glance, text)
        with self._explained():
            self._connection.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", values)

    def saw(self, label: str, glance: str) -> None:
        """Note at which glance a row is as it was."""
        with self._explained():
            self._connection.execute("UPDATE rows SET glance = ? WHERE label = ?", (glance, label))

    def known(self, label: str) -> Known:
        """What a label's row depends on; nothing when there is none."""
        with self._explained():
            found = self._connection.execute(
                "SELECT key, glance FROM rows WHERE label = ?", (label,)
            ).fetchall()
        return Known(*found[0]) if found else Known()

    def rows(self) -> Iterator[Row]:
        """All rows by label, one at a time."""
        label = ""
        while True:
            with self._explained():
                some = self._connection.execute(
                    "SELECT label, row FROM rows WHERE label > ? ORDER BY label LIMIT ?",
                    (label, AT_ONCE),
                ).fetchall()
            if not some:
                return
            for _, text in some:
                yield self._row(text)
            label = some[-1][0]

    def _row(self, text: str) -> Row:
        with self._explained():
            return Row.model_validate_json(text)

    def keep_only(self, labels: Iterable[str]) -> None:
        """Forget the rows of submissions that are not there any more."""
        with self._explained():
            execute = self._connection.execute
            execute("CREATE TEMP TABLE IF NOT EXISTS here (label TEXT PRIMARY KEY)")
            execute("DELETE FROM here")
            self._connection.executemany(
                "INSERT OR IGNORE INTO here VALUES (?)", ((label,) for label in labels)
            )
            execute("DELETE FROM rows WHERE label NOT IN (SELECT label FROM here)")

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            raise RuntimeError("The store is not open: use it in a `with` statement.")
        return self._opened

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unusable(reason_of(error), _ADVICE) from error
        except sqlite3.OperationalError as error:
            raise self._unusable(str(error), _ADVICE) from error
        except (sqlite3.Error, ValueError) as error:  # a row of pydantic is a ValueError
            reason = "damaged row" if isinstance(error, ValueError) else str(error)
            raise self._unusable(reason, _ADVICE_ON_DAMAGE) from error

    def _unusable(self, reason: Message | str, advice: Message) -> GradeLabError:
        told = msg("the results so far cannot be used: {reason}", reason=reason)
        return GradeLabError(told, advice, where=str(self.path))


def _to_write(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _to_read(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise GradeLabError(
            msg("there are no results of a class here"),
            msg("give the folder that `grade-lab batch` wrote to (its --out)"),
            where=str(path.parent),
        )
    place = path.absolute().as_uri()
    connection = sqlite3.connect(f"{place}?mode=rw", uri=True)
    try:
        version = _version(connection)
    except sqlite3.OperationalError:  # it lies where nothing can be written
        connection.close()
        if path.with_name(f"{path.name}-wal").exists():  # not all of it is in the file
            raise
        connection = sqlite3.connect(f"{place}?mode=ro&immutable=1", uri=True)
        version = _version(connection)
    if version != VERSION:
        connection.close()
        raise GradeLabError(
            msg("these results are of another version of grade-lab"),
            msg("judge the class again with this one: `grade-lab batch`"),
            where=str(path),
        )
    return connection


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if _version(connection) != VERSION:
        connection.execute("DROP TABLE IF EXISTS rows")
        connection.execute(
            "CREATE TABLE rows (label TEXT PRIMARY KEY, key TEXT NOT NULL,"
            " glance TEXT NOT NULL, row TEXT NOT NULL)"
        )
        connection.execute(f"PRAGMA user_version = {VERSION}")
