"""A journal's file: read as it grows, appended to by one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from threading import RLock
from typing import BinaryIO

from grader import git_lfs, in_git
from grader.errors import JournalError
from grader.journal import EMPTY, Journal, Observation, Writer, parse, written
from grader.messages import msg
from grader.needs import EventsNeed
from grader.system_error import reason_of, to_write_again

MAX_BYTES = 256 * 1024 * 1024
LOCK_SECONDS = 120
MARK_BYTES = 200
"""Of a line's beginning, which holds its hash."""


class JournalFile:
    """A journal on disk. What was read once is not read again; threads may share it.

    ``replaced`` counts how often another file took its place, or none, as git does it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.replaced = 0
        self._journal = EMPTY
        self._size = self._inode = 0
        self._mark = 0, b""
        self._events: set[tuple[object, str] | None] = set()
        self._using = RLock()

    def read(self) -> Journal:
        """What the file holds now, the same object while nothing was added; at first it is empty.

        Raises:
            JournalError: it cannot be read, is too large, or comes from a newer version.
        """
        try:
            with self._using, self.path.open("rb") as file:
                self._catch_up(file)
                return self._journal
        except FileNotFoundError:
            with self._using:
                self._begin_anew(0)
            return EMPTY
        except OSError as error:
            raise JournalError(
                msg("the journal cannot be read: {reason}", reason=reason_of(error)),
                msg("check who may read the file"),
                where=str(self.path),
            ) from error

    def append(
        self, answered: Iterable[Sequence[Observation]], run: str, by: Writer = "grade"
    ) -> int:
        """Append observations as one run's entries; return how many.

        Each item holds the answers to one need: they are written together and at once, whoever else
        writes in between; an event that is there already is not written again. Whatever stops the
        run, what came before is kept, in whole lines. One that a crash cut short is dropped first.

        Raises:
            JournalError: it cannot be written; what was written before stays valid.
        """
        with _explained(self.path):
            self._make_folder()
            try:
                return sum(self._write(answers, run, by) for answers in answered)
            finally:
                self.sync()

    def add(self, answers: Sequence[Observation], run: str, by: Writer) -> None:
        """Append the answers to one need, without waiting for the disk: `sync` does.

        Raises:
            JournalError: it cannot be written; nothing of this was.
        """
        with _explained(self.path):
            self._make_folder()
            self._write(answers, run, by)

    def sync(self) -> None:
        """Wait until what was appended is on the disk, so that not even a power cut takes it."""
        with suppress(OSError), self.path.open("ab") as file:
            os.fsync(file.fileno())

    def _make_folder(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            in_git.prepare(self.path.parent)

    def _write(self, answers: Sequence[Observation], run: str, by: Writer) -> int:
        from filelock import FileLock

        lock = FileLock(self.path.with_suffix(".lock"), timeout=LOCK_SECONDS)
        with self._using, lock, self.path.open("a+b", buffering=0) as file:
            self._catch_up(file)
            new = [one for one in answers if _event_key(one) not in self._events]
            file.truncate(self._size)
            lines = memoryview(b"".join(written(new, self._journal, run, by)))
            try:
                while lines:
                    lines = lines[file.write(lines) :]
            except OSError:  # a full disk takes some of it: all or nothing
                file.truncate(self._size)
                raise
        return len(new)

    def _catch_up(self, file: BinaryIO | FileIO) -> None:
        status = os.fstat(file.fileno())
        if status.st_size > MAX_BYTES:
            raise JournalError(
                msg("the journal is larger than {limit} bytes", limit=MAX_BYTES),
                where=str(self.path),
            )
        cut = status.st_size < self._size
        if cut or status.st_ino != self._inode or not self._goes_on(file):
            self._begin_anew(status.st_ino)
        if status.st_size == self._size:
            return
        file.seek(self._size)
        data = file.read()
        if data.startswith(git_lfs.POINTER.encode()) and not self._size:
            raise JournalError(
                msg("this is a pointer of Git LFS: the journal itself was not fetched"),
                git_lfs.FETCH,
                where=str(self.path),
            )
        known = len(self._journal.entries)
        self._journal = parse(data, where=str(self.path), onto=self._journal)
        whole = len(data) - self._journal.torn
        if whole:
            start = data.rfind(b"\n", 0, whole - 1) + 1
            self._mark = self._size + start, data[start:whole][:MARK_BYTES]
        self._size += whole
        self._events.update(map(_event_key, self._journal.entries[known:]))
        self._events.discard(None)

    def _begin_anew(self, inode: int) -> None:
        self.replaced += self._size > 0
        self._journal, self._size, self._inode = EMPTY, 0, inode
        self._mark = 0, b""
        self._events.clear()

    def _goes_on(self, file: BinaryIO | FileIO) -> bool:
        """Whether the last line that was read is there still. Git may have put another branch's
        file in place of this one: as long, and even of the same inode.
        """
        start, line = self._mark
        file.seek(start)
        return file.read(len(line)) == line


def _event_key(observation: Observation) -> tuple[object, str] | None:
    """What makes an event the same event; None for what is none."""
    if not isinstance(observation.need, EventsNeed):
        return None
    return observation.at, repr(sorted((observation.data or {}).items()))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    from filelock import Timeout

    try:
        yield
    except Timeout as error:
        raise JournalError(
            msg("another grade-lab is writing to the journal"),
            msg("wait until it has finished, then run the command again"),
            where=str(path),
        ) from error
    except OSError as error:
        raise JournalError(
            msg("the journal cannot be written: {reason}", reason=reason_of(error)),
            to_write_again(error, path),
            where=str(path),
        ) from error
