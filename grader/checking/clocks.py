"""The times of a journal as one clock tells them: the engine's.

A look bears the time of the computer that looked, an event that of the engine. In a virtual
machine, as Docker Desktop's, the engine's clock stands still while the computer sleeps, and is set
right at some time later, or never. Whenever the engine's history is read, the journal holds what
both clocks showed; and what is in a journal already had happened before what is added.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from grader.checking.set_back import never_set_back
from grader.checking.times import LONG_AGO, SKEW
from grader.instant import shifted
from grader.journal import Entry, Journal
from grader.needs import EventsNeed, EventWindowNeed

NOTHING_YET = LONG_AGO + SKEW


def by_the_engine(journal: Journal) -> Journal:
    """The journal with its looks dated by the engine's clock, where that differs by much."""
    journal = never_set_back(journal)
    ahead = _ahead(journal)
    here = next(iter(ahead.values()), timedelta())
    entries: list[Entry] = []
    forks, latest = set(journal.forks), NOTHING_YET
    for entry in journal.entries:
        here = ahead.get(entry.run, here)
        if entry.seq in forks:  # another computer went on, perhaps at the same time
            latest = NOTHING_YET
        at = entry.at
        if not isinstance(entry.need, EventsNeed):
            at = shifted(at, here) if here else at
            at = latest if at < latest - SKEW else at
        latest = max(latest, at)
        entries.append(entry if at == entry.at else entry.model_copy(update={"at": at}))
    return replace(journal, entries=tuple(entries))


def _ahead(journal: Journal) -> dict[str, timedelta]:
    """By how much the engine's clock was ahead, in each run that read it."""
    ahead: dict[str, timedelta] = {}
    for entry in journal.entries:
        if isinstance(entry.need, EventWindowNeed) and entry.data:
            try:
                by = datetime.fromisoformat(str(entry.data.get("until"))) - entry.at
            except (TypeError, ValueError):
                continue
            ahead[entry.run] = by if abs(by) > SKEW else timedelta()
    return ahead
