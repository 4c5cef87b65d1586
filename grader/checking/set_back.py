"""An engine's clock that was set back, as when a computer first ran by the clock of another system.

By the times alone, what was done after it would seem to be done before. What a reading of the
engine's history tells for the first time came after all that was recorded; so from where the clock
shows less than it did before, its times are told as if they went on from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from grader.checking.times import LONG_AGO, SKEW
from grader.instant import END, FIRST, shifted
from grader.journal import Entry, Journal
from grader.needs import EventsNeed, EventWindowNeed

NONE = timedelta()
TIMES = ("created", "started", "finished", "last_tagged", "oldest", "until")
"""What facts call the times that they have of the engine."""


@dataclass(slots=True)
class _Clock:
    """Tells what the engine's clock would have shown.

    It was set back by ``back`` in all, and by ``before`` until the last time that it was. ``now``
    is what it shows.
    """

    back: timedelta = NONE
    before: timedelta = NONE
    now: datetime = LONG_AGO
    known: dict[datetime, timedelta] = field(default_factory=dict)

    def told(self, time: datetime) -> datetime:
        """What was told before keeps its time; one that is still to come is from before."""
        by = self.back if time <= self.now + SKEW else self.before
        return shifted(time, self.known.setdefault(time, by))


def never_set_back(journal: Journal) -> Journal:
    """The journal as if the engine's clock had never been set back; itself where it was not."""
    shows = _shows(journal)
    turns = _turns(journal, shows)
    if not any(turns.values()):
        return journal
    clock = _Clock()
    entries: list[Entry] = []
    for place, entry in enumerate(journal.entries):
        if back := turns.get(place):
            clock.before, clock.back = clock.back, back
        elif place in turns:
            clock = _Clock()
        clock.now = shows.get(entry.run, clock.now)
        if isinstance(entry.need, EventsNeed):
            entries.append(entry.model_copy(update={"at": clock.told(entry.at)}))
        else:
            times = {name: clock.told(time).isoformat() for name, time in _times(entry).items()}
            data = {**entry.data, **times} if entry.data else entry.data
            entries.append(entry.model_copy(update={"data": data}))
    return replace(journal, entries=tuple(entries))


def _shows(journal: Journal) -> Mapping[str, datetime]:
    """What the engine's clock showed in each run that tells; a recorder hears of events at once."""
    shows: dict[str, datetime] = {}
    for entry in journal.entries:
        if isinstance(entry.need, EventsNeed) and entry.by == "watch":
            shows.setdefault(entry.run, entry.at)
        elif isinstance(entry.need, EventWindowNeed) and (until := _times(entry).get("until")):
            shows[entry.run] = until
    return shows


def _turns(journal: Journal, shows: Mapping[str, datetime]) -> Mapping[int, timedelta]:
    """At which entries it is found to be set back, and by how much in all; by none at a fork."""
    events: dict[str, list[datetime]] = defaultdict(list)
    for entry in journal.entries:
        if isinstance(entry.need, EventsNeed):
            events[entry.run].append(entry.at)
    turns: dict[int, timedelta] = {}
    runs: set[str] = set()
    latest, back, forks = LONG_AGO, NONE, set(journal.forks)
    for place, entry in enumerate(journal.entries):
        if entry.seq in forks:  # another computer went on
            latest, back = LONG_AGO, NONE
            turns[place] = NONE
        now = shows.get(entry.run)
        if now is not None and entry.run not in runs:
            runs.add(entry.run)
            if shifted(now, back + SKEW) < latest:
                first = min((at for at in events[entry.run] if at <= now), default=now)
                back = turns[place] = latest - first
        if isinstance(entry.need, EventsNeed | EventWindowNeed):
            time = entry.at if isinstance(entry.need, EventsNeed) else now
            if time and now and time <= now:
                latest = max(latest, shifted(time, back))
    return turns


def _times(entry: Entry) -> Mapping[str, datetime]:
    """The engine's times in what was found, as far as they are some."""
    times: dict[str, datetime] = {}
    for name in TIMES:
        value = (entry.data or {}).get(name)
        try:
            time = datetime.fromisoformat(str(value)) if value else None
        except ValueError:
            continue
        if time and time.tzinfo and FIRST <= time < END:
            times[name] = time
    return times
