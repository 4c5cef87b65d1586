"""What the recorder writes down: each answer once, and nothing lost while the disk is full."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from functools import partial
from itertools import groupby, takewhile

from grader.errors import JournalError
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import Journal, Observation
from grader.journal_file import JournalFile
from grader.needs import EventsNeed, EventWindowNeed, Need

MAX_WAITING = 10_000
"""Observations that wait for a journal that cannot be written; of more, the oldest are let go."""

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
        self._waiting: deque[tuple[str, Observation]] = deque(maxlen=MAX_WAITING)
        self._read: tuple[Journal, Evidence] | None = None

    @property
    def evidence(self) -> Evidence:
        """What the journal holds now.

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
            self._waiting.extend((look, one) for one in answers)
        self.save()

    def save(self) -> None:
        """Write what waits. While that is impossible, ``trouble`` tells why, and it waits on."""
        while self._waiting:
            look, first = self._waiting[0]
            same = partial(_belongs, look, first.need)
            together = [one for _, one in takewhile(same, self._waiting)]
            try:
                self._file.append(together, run=look, by="watch")
            except JournalError as error:
                self.trouble = error
                return
            for _ in together:
                self._waiting.popleft()
        self.trouble = None


def _belongs(look: str, need: Need[Fact], waiting: tuple[str, Observation]) -> bool:
    return waiting[0] == look and waiting[1].need == need
