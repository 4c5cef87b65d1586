"""Which container crashed, and what its log said last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from grader.checking.crash import (
    AT_START,
    MAX_LINES,
    MAX_WIDTH,
    Runs,
    as_it_ended,
    crashed,
    crashed_at_start,
    last_words,
    state_part,
)
from grader.facts import Logs
from grader.needs import EventsNeed
from tests.factories import START, a_container, event, evidence_of, minutes


@pytest.mark.parametrize(
    ("stdout", "stderr", "told"),
    [
        ("all is well\n", "boom\n", "boom"),
        ("all is well\n", " \n", "all is well"),
        (
            "",
            "Traceback:\n  File 'app.py'\n\n\x1b[31mKeyError\x1b[0m\r\n",
            "Traceback:\n  File 'app.py'\nKeyError",
        ),
        ("", "", ""),
    ],
)
def test_the_last_words_are_those_of_the_error_and_keep_their_shape(
    stdout: str, stderr: str, told: str
) -> None:
    assert last_words(Logs(container_id="1", stdout=stdout, stderr=stderr)) == told


@pytest.mark.parametrize(
    ("fields", "by_hand", "expected"),
    [
        ({"status": "exited", "exit_code": 1}, False, True),
        ({"status": "exited", "exit_code": 1}, True, False),
        ({"status": "exited", "exit_code": 0}, False, False),
        ({"status": "exited", "exit_code": 143}, False, False),
        ({"status": "exited", "exit_code": 137, "oom_killed": True}, True, True),
        ({"status": "restarting", "exit_code": 1}, True, True),
        ({"status": "created", "exit_code": 127}, False, False),
        ({"status": "running"}, False, False),
        ({"status": "exited"}, False, False),
    ],
)
def test_which_end_is_a_crash(fields: dict[str, Any], by_hand: bool, expected: bool) -> None:
    assert crashed(a_container(**fields), by_hand=by_hand) is expected


@pytest.mark.parametrize(
    ("ran", "expected"), [(timedelta(0), True), (AT_START, True), (AT_START * 2, False)]
)
def test_a_crash_at_the_start_comes_soon(ran: timedelta, expected: bool) -> None:
    ended = {"status": "exited", "exit_code": 1, "started": START}
    assert crashed_at_start(a_container(**ended, finished=START + ran)) is expected
    assert not crashed_at_start(a_container(**ended))
    fine = {**ended, "exit_code": 0, "finished": START + ran}
    assert not crashed_at_start(a_container(**fine))


def test_of_a_long_log_the_end_is_told_in_lines_that_fit() -> None:
    log = Logs(container_id="1", stdout="".join(f"line {n}\n" for n in range(100)))
    assert last_words(log).split("\n") == [f"line {n}" for n in range(100 - MAX_LINES, 100)]
    wide = Logs(container_id="1", stderr="x" * MAX_WIDTH + "y")
    assert last_words(wide) == "x" * MAX_WIDTH


@pytest.mark.parametrize(
    ("fields", "log", "problem", "actual"),
    [
        ({"exit_code": 137, "oom_killed": True}, "", "web ran out of memory", "exit code 137"),
        ({"status": "restarting"}, "boom", "web crashes and restarts", "boom"),
        ({}, "boom", "web crashed (exit code 1)", "boom"),
    ],
)
def test_a_crash_is_told_with_its_kind_its_last_words_and_where_to_read_more(
    fields: dict[str, Any], log: str, problem: str, actual: str
) -> None:
    container = a_container(**{"status": "exited", "exit_code": 1, **fields})
    part = state_part(container, lambda: log, by_hand=False)
    assert not part.holds
    assert problem in str(part.problem)
    assert str(part.actual) == actual
    assert "`docker logs web`" in str(part.hint)
    assert not part.pending


def test_a_container_that_was_only_created_may_yet_be_started() -> None:
    part = state_part(a_container(status="created"), str, by_hand=False)
    assert (part.holds, part.pending, str(part.actual)) == (False, True, "created")
    assert "`docker start web`" in str(part.hint)
    assert "never started" in str(part.problem)


def run(*told: tuple[str, float]) -> Runs:
    entries = [event(f"container {action}", at, exit_code=1) for action, at in told]
    return Runs.of(evidence_of(*entries).of(EventsNeed()).found[::-1])


def test_one_that_ran_before_a_start_that_came_to_nothing_is_left_as_it_ran() -> None:
    ran = a_container(started=minutes(1))
    newest = a_container(
        status="exited", exit_code=1, started=minutes(5), finished=minutes(5) + AT_START / 2
    )
    assert as_it_ended(ran, newest, Runs.of([])) is ran
    assert as_it_ended(newest, newest, Runs.of([])) is newest
    again = run(("start", 1), ("die", 3), ("start", 5), ("die", 5.05))
    assert as_it_ended(ran, ran, again) is ran


def test_one_whose_run_crashed_at_once_is_told_so_whatever_ended_before() -> None:
    seen = a_container(started=minutes(5))
    ended = as_it_ended(seen, seen, run(("start", 1), ("die", 2), ("start", 5), ("die", 5.05)))
    assert (ended.status, ended.exit_code) == ("exited", 1)
    assert (ended.started, ended.finished) == (minutes(5), minutes(5.05))


def test_one_that_was_seen_before_its_start_began_with_the_last() -> None:
    created = a_container(status="created")
    started = as_it_ended(created, created, run(("start", 1), ("die", 2), ("start", 3)))
    assert (started.status, started.started) == ("running", minutes(3))
