"""The times of a journal as one clock tells them: the engine's.

A look bears the time of the computer that looked, an event that of the engine. In a virtual
machine, as Docker Desktop's, the engine's clock stands still while the computer sleeps, and is set
right at some time later, or never. Whenever the engine's history is read, the journal holds what
both clocks showed; and what is in a journal already had happened before what is added.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from grader.checking.times import LONG_AGO, SKEW
from grader.instant import shifted
from grader.journal import Entry, Journal
from grader.needs import EventsNeed, EventWindowNeed

NOTHING_YET = LONG_AGO + SKEW


def by_the_engine(journal: Journal) -> Journal:
    """The journal with its looks dated by the engine's clock; itself where that differs little."""
    ahead = _ahead(journal)
    here = next(iter(ahead.values()), timedelta())
    forks, latest = set(journal.forks), NOTHING_YET
    moved: dict[int, Entry] = {}
    for place, entry in enumerate(journal.entries):
        if entry.seq in forks:  # another computer went on, perhaps at the same time
            latest = NOTHING_YET
        here = ahead.get(entry.run, here)
        at = entry.at
        if type(entry.need) is not EventsNeed:
            at = shifted(at, here) if here else at
            at = latest if at < latest - SKEW else at
        latest = max(latest, at)
        if at != entry.at:
            moved[place] = entry.model_copy(update={"at": at})
    if not moved:
        return journal
    entries = enumerate(journal.entries)
    return replace(journal, entries=tuple(moved.get(place, entry) for place, entry in entries))


def _ahead(journal: Journal) -> dict[str, timedelta]:
    """By how much the engine's clock was ahead, in each run that read it."""
    ahead: dict[str, timedelta] = {}
    for entry in journal.entries:
        if type(entry.need) is EventWindowNeed and entry.data:
            try:
                by = datetime.fromisoformat(str(entry.data.get("until"))) - entry.at
            except (TypeError, ValueError):
                continue
            ahead[entry.run] = by if abs(by) > SKEW else timedelta()
    return ahead
