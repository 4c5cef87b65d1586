"""What was done after a clock was set back was done after what was done before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.checking.set_back import never_set_back
from grader.facts import EventWindow
from grader.journal import Entry, Journal
from grader.judge import judge
from grader.needs import ContainerNeed, EventWindowNeed
from tests.factories import a_container, event, journal_of, minutes, saw
from tests.lab_actions import HARMLESS, LEARNER, NEEDS, RIGHT, RUBRICS, Action, do
from tests.lab_stories import Lab

WEB = ContainerNeed(name="web")
STARTED = {"name": "web", "image": "app:1"}


def reading(at: float, run: str) -> Entry:
    """The engine's history was read, when its clock showed this."""
    return saw(EventWindowNeed(), EventWindow(count=1, until=minutes(at)), at, run)


def seen(run: str, **times: datetime) -> Entry:
    return saw(WEB, a_container(**times), 0, run)


def began(run: str, at: float) -> Entry:
    return event("container start", at, run, **STARTED)


def told(*entries: Entry) -> Journal:
    return never_set_back(journal_of(*entries))


def data_of(entry: Entry) -> dict[str, Any]:
    return entry.data or {}


def test_what_is_told_for_the_first_time_goes_on_from_what_was_told_before() -> None:
    journal = told(
        began("a", 70), reading(80, "a"), began("b", 12), began("b", 14), reading(20, "b")
    )
    assert [entry.at for entry in journal.entries if entry.source == "events"] == [
        *map(minutes, (70, 80, 82))
    ]
    assert data_of(journal.entries[-1])["until"] == minutes(88).isoformat()


def test_a_recorder_hears_at_once_that_it_was_set_back() -> None:
    heard = [
        began(f"w.{n}", at).model_copy(update={"by": "watch"}) for n, at in enumerate((70, 12))
    ]
    assert [entry.at for entry in told(*heard).entries] == [minutes(70), minutes(70)]


def test_things_keep_the_times_that_they_were_told_with_and_what_is_to_come_was_before() -> None:
    times = {"created": minutes(69), "started": minutes(15)}
    before = seen("a", created=minutes(69)), reading(80, "a")
    after = seen("b", **times, finished=minutes(90)), began("b", 12), reading(20, "b")
    container = data_of(told(*before, *after).entries[2])
    assert [datetime.fromisoformat(container[name]) for name in (*times, "finished")] == [
        *map(minutes, (69, 83, 90))
    ]


@pytest.mark.parametrize("later", [79.5, 81])
def test_a_clock_that_was_not_set_back_changes_nothing(later: float) -> None:
    journal = journal_of(reading(80, "a"), began("b", 3), reading(later, "b"))
    assert never_set_back(journal) is journal


def test_another_computer_s_clock_that_is_behind_was_not_set_back() -> None:
    journal = replace(journal_of(reading(80, "a"), reading(20, "b")), forks=(2,))
    assert never_set_back(journal) is journal


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-09:00", "0001-01-01T00:00:00+09:00", "soon"])
def test_times_that_no_report_can_tell_are_left_as_they_are(time: str) -> None:
    data = {**data_of(seen("b")), "created": time}
    odd = seen("b").model_copy(update={"data": data})
    told_of = told(reading(80, "a"), began("b", 12), odd, reading(20, "b")).entries[2]
    assert data_of(told_of)["created"] == time


@pytest.mark.parametrize("whose", ["the engine's", "the computer's, too"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whoever_does_all_of_it_loses_nothing_by_a_clock_that_is_set_back(
    whose: str, data: st.DataObject
) -> None:
    watched = data.draw(st.booleans())
    lab = Lab(NEEDS, Random(1))
    lab.machine.skew = 60 if whose == "the engine's" else 0
    do(lab, ("watch", watched))
    set_back = data.draw(st.integers(1, len(RIGHT) - 1))
    for number, step in enumerate(RIGHT):
        if number == set_back:
            lab.machine.skew, lab.machine.now = 0, lab.machine.now - 60 + lab.machine.skew
        others: list[Action] = data.draw(st.lists(HARMLESS, max_size=2))
        do(lab, *others, step)
        if not watched:
            lab.grade()
    result = judge(RUBRICS[0], lab.journal, LEARNER)
    assert {o.id: o.status for o in result.objectives if o.status != "pass"} == {}
