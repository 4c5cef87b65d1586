"""Calls on their way into the journal. What fails there never holds up the docker command."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from threading import Condition, Event, Thread

from grader.errors import JournalError
from grader.facts import Call
from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.relay.wanted import Wanted

PAUSE_SECONDS = 1.0
"""At least so long between two writes; the same call in between is written once, the last time."""

MAX_WAITING = 10_000
"""Different calls that are kept while the journal cannot be written."""


class Notes:
    """Writes the calls that are wanted into a journal, from a thread of its own.

    ``count`` tells how many observations were written; once closed, ``lost`` how many were not,
    and ``trouble`` why.
    """

    def __init__(self, wanted: Wanted, journal: JournalFile) -> None:
        self.count = 0
        self.lost = 0
        self.trouble: JournalError | None = None
        self._wanted = wanted
        self._journal = journal
        self._run = os.urandom(8).hex()
        self._waiting: dict[tuple[object, Call], Observation] = {}
        self._changed = Condition()
        self._closing = Event()
        self._writer = Thread(target=self._write_all, daemon=True, name="notes")
        self._writer.start()

    def note(self, call: Call) -> None:
        """Take a call that was answered just now."""
        needs = self._wanted.answered_by(call.method, call.path)
        if not needs:
            return
        at, data = datetime.now(UTC), call.model_dump()
        with self._changed:
            for need in needs:
                if len(self._waiting) >= MAX_WAITING and (need, call) not in self._waiting:
                    self.lost += 1
                    continue
                self._waiting[need, call] = Observation(
                    at=at, source="relay", need=need, outcome="found", data=data
                )
            self._changed.notify()

    def close(self) -> None:
        """Write what still waits, and end."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._writer.join()
        self.lost += len(self._waiting)

    def _write_all(self) -> None:
        while not self._closing.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
            self._write()
            self._closing.wait(PAUSE_SECONDS)
        self._write()

    def _write(self) -> None:
        with self._changed:
            batch, self._waiting = self._waiting, {}
        left = dict(batch)
        try:
            for key, observation in batch.items():
                self._journal.add([observation], self._run, by="shell")
                del left[key]
            self.trouble = None
        except JournalError as error:  # a disk has room again, a lock is given back
            self.trouble = error
            with self._changed:
                self._waiting = {**left, **self._waiting}
        if len(left) < len(batch):
            self.count += len(batch) - len(left)
            self._journal.sync()
