"""Looks and events are told by one clock, however wrong the engine's is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from grader.checking.clocks import by_the_engine
from grader.facts import EventWindow, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EventWindowNeed
from tests.factories import a_container, event, journal_of, minutes, saw

WEB = ContainerNeed(name="web")
HOURS = 60


def history(at: float, until: float, run: str) -> Entry:
    """The engine's history was read, when its clock showed another time."""
    return saw(EventWindowNeed(), EventWindow(count=1, until=minutes(until)), at, run)


def times(*entries: Entry) -> list[datetime]:
    return [entry.at for entry in by_the_engine(journal_of(*entries)).entries]


@pytest.mark.parametrize("ahead", [-6 * HOURS, -20, -1.5, 1.5, 20, 6 * HOURS])
def test_a_look_is_dated_by_the_clock_that_the_engine_had_in_its_run(ahead: float) -> None:
    looked, began = saw(WEB, a_container(), 4, "a"), event("container start", 3 + ahead, "a")
    told = times(looked, began, history(5, 5 + ahead, "a"))
    assert told == [minutes(at + ahead) for at in (4, 3, 5)]


def test_a_clock_that_stood_still_in_between_is_told_by_the_runs_before_and_after() -> None:
    before = saw(WEB, a_container(), 4, "a"), history(5, 5, "a")
    asleep = 6 * HOURS
    seen_later = saw(WEB, Reason.NOT_THERE, 20 + asleep, "b")
    destroyed = event("container destroy", 18, "b")
    told = times(*before, seen_later, destroyed, history(21 + asleep, 21, "b"))
    assert told == [minutes(at) for at in (4, 5, 20, 18, 21)]


def test_a_look_of_a_recording_is_dated_as_the_history_was_that_it_began_with() -> None:
    file, look = saw(WEB, a_container(), 1, "w.1"), saw(WEB, a_container(), 9, "w.3")
    assert times(file, history(2, 22, "w.2"), look) == [minutes(at) for at in (21, 22, 29)]


def test_what_was_recorded_before_a_look_happened_before_it() -> None:
    """As where the engine's clock was set right while a recording went on."""
    set_right = event("container destroy", 30, "w.2")
    looked = saw(WEB, Reason.NOT_THERE, 31, "w.3")
    assert times(history(2, -18, "w.1"), set_right, looked)[-1] == minutes(30)


def test_of_what_two_computers_recorded_neither_is_later_for_standing_below() -> None:
    one, two = event("container start", 30, "a"), saw(WEB, a_container(), 9, "b")
    merged = replace(journal_of(one, two), forks=(2,))
    assert by_the_engine(merged) == merged


@pytest.mark.parametrize("ahead", [0.9, -0.9, 0])
def test_clocks_that_differ_as_clocks_do_are_left_alone(ahead: float) -> None:
    entries = [
        saw(WEB, a_container(), 4, "a"),
        event("container start", 3 + ahead, "a"),
        history(5, 5 + ahead, "a"),
        saw(WEB, a_container(), 5.5, "b"),
    ]
    journal = journal_of(*entries)
    assert by_the_engine(journal) is journal


@pytest.mark.parametrize("until", ["soon", None, "2026-01-02T03:00:00", 7])
def test_a_history_without_a_time_tells_nothing_of_clocks(until: object) -> None:
    window = history(5, 5, "a")
    odd = window.model_copy(update={"data": {"count": 1, "until": until}})
    assert times(saw(WEB, a_container(), 4, "a"), odd) == [minutes(4), minutes(5)]
    later = saw(WEB, a_container(), 6, "b"), history(7, 27, "b")
    assert times(odd, *later)[1:] == [minutes(26), minutes(27)]
