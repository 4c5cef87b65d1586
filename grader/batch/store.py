"""The rows of a class on disk: whatever ends a run, what was finished is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.batch.model import Row
from grader.errors import GradeLabError
from grader.messages import msg

VERSION = 1


class Store:
    """Rows by their label, in an SQLite file. A context manager; used by one thread.

    Raises:
        GradeLabError: the file cannot be used (on entering and later).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in {0, VERSION}:
                connection.execute("DROP TABLE IF EXISTS rows")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS rows"
                " (label TEXT PRIMARY KEY, key TEXT NOT NULL, row TEXT NOT NULL)"
            )
            connection.execute(f"PRAGMA user_version = {VERSION}")
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        self._connection = connection
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def put(self, row: Row) -> None:
        """Keep a row, in place of an earlier one of its label."""
        self._execute(
            "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
            row.label,
            row.key,
            row.model_dump_json(exclude_defaults=True),
        ).close()

    def key(self, label: str) -> str:
        """The key of a label's row; empty when there is none."""
        with closing(self._execute("SELECT key FROM rows WHERE label = ?", label)) as found:
            row = found.fetchone()
        return row[0] if row else ""

    def rows(self) -> Iterator[Row]:
        """All rows by label, one at a time."""
        with closing(self._execute("SELECT row FROM rows ORDER BY label")) as found:
            for (text,) in found:
                yield Row.model_validate_json(text)

    def keep_only(self, labels: Collection[str]) -> None:
        """Forget the rows of submissions that are not there any more."""
        self._execute("CREATE TEMP TABLE IF NOT EXISTS here (label TEXT PRIMARY KEY)").close()
        self._execute("DELETE FROM here").close()
        for label in labels:
            self._execute("INSERT OR IGNORE INTO here VALUES (?)", label).close()
        self._execute("DELETE FROM rows WHERE label NOT IN (SELECT label FROM here)").close()

    def _execute(self, statement: str, *values: str) -> sqlite3.Cursor:
        if self._connection is None:
            raise RuntimeError("The store is not open: use it in a `with` statement.")
        try:
            return self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> GradeLabError:
        return GradeLabError(
            msg("the results so far cannot be used: {reason}", reason=str(error)),
            msg("free some disk space; or delete the file, and everything is judged anew"),
            where=str(self.path),
        )
