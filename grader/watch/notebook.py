"""What the recorder writes down: each answer once, and nothing lost while the disk is full."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby

from grader.errors import JournalError
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import Journal, Observation
from grader.journal_file import JournalFile
from grader.needs import EventsNeed, EventWindowNeed, Need

MAX_WAITING = 10_000
"""Answers that wait for a journal that cannot be written; of more, the oldest are let go."""
SYNC_SECONDS = 1.0
RETRY_SECONDS = 1.0

Answer = tuple[tuple[object, ...], ...]


class Notebook:
    """Writes to a journal what differs from what it holds. ``trouble`` is why it cannot, if so.

    What could not be asked of an engine that is away is not written: it will be asked again.
    """

    def __init__(self, journal: JournalFile) -> None:
        self.trouble: JournalError | None = None
        self._file = journal
        self._session = os.urandom(8).hex()
        self._looks = 0
        self._last: dict[Need[Fact], Answer] = {}
        self._waiting: deque[tuple[str, Sequence[Observation]]] = deque(maxlen=MAX_WAITING)
        self._read: tuple[Journal, Evidence] | None = None
        self._sync_at: float | None = None
        self._retry_at = 0.0
        self._replaced = journal.replaced

    def is_new(self) -> bool:
        """Whether another journal took the place of the one before: it lacks what was written."""
        if self._replaced == self._file.replaced:
            return False
        self._replaced = self._file.replaced
        self._last.clear()
        return True

    @property
    def evidence(self) -> Evidence:
        """What the journal holds now, the same object while nothing was added.

        Raises:
            JournalError: it cannot be read.
        """
        journal = self._file.read()
        if self._read is None or self._read[0] is not journal:
            self._read = journal, Evidence(journal)
        return self._read[1]

    def note(self, observations: Iterable[Observation]) -> None:
        """Write down, as one look, the answers that differ from the last ones to their needs."""
        self._looks += 1
        look = f"{self._session}.{self._looks}"
        for need, together in groupby(observations, key=lambda one: one.need):
            answers = [one for one in together if one.reason is not Reason.ENGINE_UNREACHABLE]
            answer = tuple((one.outcome, one.reason, repr(one.data)) for one in answers)
            if not answers or self._last.get(need) == answer:
                continue
            if not isinstance(need, EventsNeed | EventWindowNeed):
                self._last[need] = answer
            self._waiting.append((look, answers))
        self.save()

    def save(self) -> None:
        """Write what waits. While that is impossible, ``trouble`` tells why, and it waits on."""
        now = time.monotonic()
        if self.trouble and now < self._retry_at:
            return
        try:
            while self._waiting:
                look, answers = self._waiting[0]
                self._file.add(answers, look, "watch")
                self._waiting.popleft()
                self._sync_at = self._sync_at or now + SYNC_SECONDS
        except JournalError as error:
            self.trouble = error
            self._retry_at = now + RETRY_SECONDS
            return
        self.trouble = None
        if self._sync_at and now >= self._sync_at:
            self.sync()

    def sync(self) -> None:
        """Wait until all that was written is on the disk."""
        self._file.sync()
        self._sync_at = None
