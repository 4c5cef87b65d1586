"""Gaps: where the engine's history did not reach back to what was recorded before."""

from __future__ import annotations

from typing import Any

from grader.facts import Container, EventWindow, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EventWindowNeed
from grader.timeline.story import MAX_GAPS, timeline
from tests.factories import a_container, event, evidence_of, hex_id, minutes, saw

WEB = ContainerNeed(name="web")


def web(action: str, at: float, **fields: Any) -> Entry:
    return event(f"container {action}", at, name="web", id=hex_id("web"), image="app:1", **fields)


def window(until: float, oldest: float | None = None, *, at: float = 0, **fields: bool) -> Entry:
    """The engine's history as it was read at ``until``, or at ``at`` if it did not say when."""
    times = {"oldest": None if oldest is None else minutes(oldest)}
    times["until"] = None if at else minutes(until)
    return saw(EventWindowNeed(), EventWindow(count=1, **times, **fields), at or until)


def gaps(*entries: Entry) -> list[tuple[float, float, str]]:
    """Each gap from and to, in minutes, and why."""
    found = timeline(evidence_of(*entries))[1]
    start = minutes(0)
    return [
        ((gap.start - start).seconds / 60, (gap.end - start).seconds / 60, gap.reason)
        for gap in found
    ]


def test_a_restart_in_the_middle_is_a_gap_between_the_steps_before_and_after_it() -> None:
    before = [web("create", 1), web("start", 1), window(2, 1)]
    after = [web("start", 5), web("stop", 6), window(7, 5, continues=False)]
    steps, [gap] = timeline(evidence_of(*before, *after))
    assert (gap.start, gap.end, gap.reason) == (minutes(2), minutes(5), "restarted")
    assert [step.label for step in steps if step.at <= gap.start] == ["docker run app:1"]
    assert [step.label for step in steps if step.at >= gap.end] == [
        "docker start web",
        "docker stop web",
    ]


def test_a_window_that_newer_events_filled_is_a_gap_too() -> None:
    entries = [web("start", 1), window(2, 1), window(9, 6, continues=False, evicted=True)]
    assert gaps(*entries) == [(2, 6, "evicted")]


def test_windows_that_continue_leave_no_gap() -> None:
    assert gaps(web("start", 1), window(2, 1), window(9, 1, evicted=True), window(10, 5)) == []


def test_a_gap_begins_at_the_last_event_when_nobody_looked_after_it() -> None:
    assert gaps(web("start", 1), window(2, 1), web("stop", 4), window(8, 7, continues=False)) == [
        (4, 7, "restarted")
    ]


def test_without_events_since_the_restart_the_gap_lasts_until_the_look() -> None:
    assert gaps(web("start", 1), window(8, continues=False)) == [(1, 8, "restarted")]
    assert gaps(web("start", 1), window(8, at=9, continues=False)) == [(1, 9, "restarted")]


def test_a_history_that_reaches_back_to_the_last_look_has_no_gap() -> None:
    assert gaps(web("start", 1), window(5, 1), window(9, 4, continues=False)) == []


def test_the_first_window_of_all_has_nothing_to_be_missing_after() -> None:
    assert gaps(window(8, 7, continues=False)) == []


def test_gaps_that_meet_without_an_event_between_them_are_one() -> None:
    unseen = [window(5, continues=False), window(8, continues=False), window(9, 8.5)]
    assert gaps(web("start", 1), *unseen) == [(1, 8, "restarted")]


def test_an_event_between_two_gaps_keeps_them_apart() -> None:
    first = [web("stop", 4), window(4, 4, continues=False)]
    entries = [web("start", 1), *first, window(9, 8, continues=False, evicted=True)]
    assert gaps(*entries) == [(1, 4, "restarted"), (4, 8, "evicted")]


def test_what_was_seen_across_a_gap_is_still_told() -> None:
    seen: Container = a_container("web", "app:1", created=minutes(3))
    entries = [
        web("create", 1),
        window(2, 1),
        window(5, 4, continues=False),
        saw(WEB, seen, 5),
        saw(WEB, Reason.NOT_THERE, 6, "run-2"),
    ]
    steps, unseen = timeline(evidence_of(*entries))
    assert [step.label for step in steps] == ["docker run app:1", "docker rm web"]
    assert len(unseen) == 1


def test_no_more_gaps_than_can_be_read() -> None:
    looks = [(web("start", i + 0.1), window(i + 0.6, i, continues=False)) for i in range(1, 200)]
    assert len(gaps(*[entry for look in looks for entry in look])) == MAX_GAPS
