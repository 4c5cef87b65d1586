"""`container`: one that ended, as it should or by a crash, and one that does not run."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status, Verdict
from grader.facts import Container, EventWindow, Logs, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EventWindowNeed, LogsNeed
from tests.factories import a_container, event, hex_id, judged, minutes, saw

NAME, IMAGE = "wisheasy", "me/wisheasy:1.0"
NEED = ContainerNeed(name=NAME, image=IMAGE)


def wisheasy(**fields: Any) -> Container:
    return a_container(NAME, IMAGE, **fields)


def judge(container: Container, *entries: Entry, **fields: Any) -> Verdict:
    fields = {"name": NAME, "image": IMAGE, **fields}
    return judged("container", fields, saw(NEED, container), *entries)


def log_of(container: Container, **streams: str) -> Entry:
    return saw(LogsNeed(name=NAME, image=IMAGE), Logs(container_id=container.id, **streams))


def test_a_crash_at_start_is_told_with_the_last_words_free_of_control_characters() -> None:
    container = wisheasy(status="exited", exit_code=2)
    lines = [f"line {i}" for i in range(10)]
    log = log_of(container, stderr="\n".join([*lines, "\x1b[31mno_such_file.py\x1b[0m\x07"]))
    verdict = judge(container, log)
    assert verdict.status is Status.PARTIAL
    assert "crashed (exit code 2): `docker logs wisheasy`" in str(verdict.message)
    assert str(verdict.actual) == "line 6\nline 7\nline 8\nline 9\nno_such_file.py"


def test_an_image_for_another_processor_is_told() -> None:
    container = wisheasy(status="exited", exit_code=255)
    verdict = judge(container, log_of(container, stderr="exec /bin/python: exec format error\n"))
    assert "its image is for another processor" in str(verdict.message)
    assert "`--platform`" in str(verdict.message)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": "restarting", "exit_code": 1}, "crashes and restarts"),
        ({"status": "exited", "exit_code": 137, "oom_killed": True}, "ran out of memory"),
        ({"status": "created"}, "was never started"),
    ],
)
def test_other_ways_not_to_run(fields: dict[str, Any], message: str) -> None:
    assert message in str(judge(wisheasy(**fields)).message)


@pytest.mark.parametrize("code", [0, 130, 137, 143])
def test_a_container_that_was_stopped_did_not_crash(code: int) -> None:
    assert judge(wisheasy(status="exited", exit_code=code)).status is Status.PASS
    ended = event("container kill", id=hex_id(NAME), name=NAME, image=IMAGE)
    assert judge(wisheasy(status="exited", exit_code=1), ended).status is Status.PASS


def test_running_means_running_now() -> None:
    assert judge(wisheasy(), when="running").status is Status.PASS
    stopped = judge(wisheasy(status="exited", exit_code=0), when="running")
    assert stopped.status is Status.PARTIAL
    assert "`docker start wisheasy`" in str(stopped.hint)
    assert (str(stopped.expected), stopped.actual) == ("it runs", "exited")


def test_a_container_that_was_seen_to_run_but_crashed_at_once_did_not_run() -> None:
    container = wisheasy(status="running")
    logs = Logs(container_id=container.id, stderr="no wishes today\n")
    words = saw(LogsNeed(name=NAME, image=IMAGE), logs, at=1.1)

    def happened(action: str, at: float, **fields: Any) -> Entry:
        about = {"id": container.id, "name": NAME, "image": IMAGE, **fields}
        return event(f"container {action}", at, **about)

    started, died = happened("start", 1), happened("die", 1.05, exit_code=1)
    assert judge(container, started).status is Status.PASS
    crashed = judge(container, started, died, words)
    assert crashed.status is Status.PARTIAL
    assert "crashed (exit code 1)" in str(crashed.message)
    assert "no wishes today" in str(crashed.actual)
    assert judge(container, started, died, happened("start", 3)).status is Status.PASS
    assert judge(container, started, happened("die", 30, exit_code=1)).status is Status.PASS
    assert judge(container, started, happened("die", 1.05, exit_code=137)).status is Status.PASS


@pytest.mark.parametrize("last", ["stop", "kill"])
def test_one_that_crashes_over_and_over_came_to_nothing_in_each_run(last: str) -> None:
    about = {"id": hex_id(NAME), "name": NAME, "image": IMAGE}
    first, second = (wisheasy(started=minutes(at), restart="always") for at in (1, 2))
    again = saw(NEED, second, 2, "run-2")
    lives = [
        event(f"container {action}", at, exit_code=1, **about)
        for at, action in ((1, "start"), (1.01, "die"), (2, "start"), (2.01, "die"))
    ]
    ended = event(f"container {last}", 2.02, **about)
    verdict = judge(first, again, *lives, ended)
    assert verdict.status is Status.PARTIAL
    assert "crashed (exit code 1)" in str(verdict.message)
    assert judge(first, again, *lives[:3], ended).status is Status.PASS  # the second run went on


def test_a_container_that_was_seen_to_run_counts_as_its_last_start_ended() -> None:
    """Not as it ended later, or as another one did."""
    begun = {"started": minutes(1)}
    running = wisheasy(**begun)
    for after, code, status in [
        (0.1, 1, Status.PARTIAL),
        (9, 1, Status.PASS),
        (0.1, 0, Status.PASS),
    ]:
        finished = {"status": "exited", "exit_code": code, "finished": minutes(1 + after)}
        later = saw(NEED, wisheasy(**begun, **finished), 20, "run-2")
        assert judge(running, later).status is status
        other = saw(NEED, wisheasy(id=hex_id("other"), **begun, **finished), 20, "run-2")
        assert judge(running, other).status is Status.PASS


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "exited", "exit_code": 3}, Status.PASS),
        ({"status": "dead", "exit_code": 3}, Status.PASS),
        ({"status": "exited", "exit_code": 0}, Status.PARTIAL),
        ({"status": "running", "exit_code": 0}, Status.PARTIAL),
        ({"status": "running", "exit_code": 3}, Status.PARTIAL),
    ],
)
def test_an_exit_code_is_that_of_an_end(fields: dict[str, Any], status: Status) -> None:
    assert judge(wisheasy(**fields), exit_code=3).status is status


def test_a_wrong_exit_code_is_told_with_the_last_words_if_there_are_any() -> None:
    ended = wisheasy(status="exited", exit_code=0)
    verdict = judge(ended, exit_code=3)
    assert str(verdict.message) == "container wisheasy ended with exit code 0"
    assert (str(verdict.expected), str(verdict.actual)) == ("exit code 3", "exit code 0")
    assert "`docker logs wisheasy`" in str(verdict.hint)
    assert not verdict.pending
    assert judge(ended, log_of(ended, stdout="bye\n"), exit_code=3).actual == "bye"


def test_one_that_was_seen_to_run_and_is_gone_ended_as_its_event_tells() -> None:
    """As with `docker run --rm`."""
    running = wisheasy(started=minutes(1))

    def died(code: int, at: float, **fields: Any) -> Entry:
        about = {"id": running.id, "name": NAME, "image": IMAGE, **fields}
        return event("container die", at, exit_code=code, **about)

    assert judge(running, died(3, 2), exit_code=3).status is Status.PASS
    assert "ended with exit code 0" in str(judge(running, died(0, 2), exit_code=3).message)
    for other in (died(3, 0.5), died(3, 2, id=hex_id("other"))):
        assert "has not ended" in str(judge(running, other, exit_code=3).message)


def test_one_that_has_not_ended_yet_is_waited_for() -> None:
    verdict = judge(wisheasy(), exit_code=3)
    assert str(verdict.message) == "container wisheasy has not ended"
    assert (verdict.actual, verdict.pending) == ("running", True)
    assert "`docker stop wisheasy`" in str(verdict.hint)


@pytest.mark.parametrize(
    "asked", [{}, {"when": "running"}, {"exit_code": 128}, {"network": "bridge", "env": ["OWNER"]}]
)
def test_one_that_was_never_started_did_not_run_in_any_way(asked: dict[str, Any]) -> None:
    """As `docker run` leaves it when the port is taken."""
    options = {"networks": ("bridge",), "env": {"OWNER": "run"}, "exit_code": 128}
    verdict = judge(wisheasy(status="created", **options), **asked)
    assert "was never started" in str(verdict.message)
    assert str(verdict.expected) == "started, and not crashed"
    assert (verdict.status, verdict.ratio, verdict.pending) == (Status.FAIL, 0, True)


def test_one_that_was_seen_before_its_start_ran_as_its_events_tell() -> None:
    """It came and went between two looks: `docker create`, a look, `docker start`, `docker rm`."""
    created = wisheasy(status="created", env={"OWNER": "run"})

    def happened(action: str, at: float, **fields: Any) -> Entry:
        about = {"id": created.id, "name": NAME, "image": IMAGE, **fields}
        return event(f"container {action}", at, **about)

    start, gone = happened("start", 1), happened("destroy", 30)
    assert judge(created, start, gone, env=["OWNER"]).status is Status.PASS
    assert judge(created, start, gone, when="running").status is Status.PARTIAL
    crashed = judge(created, start, happened("die", 1.05, exit_code=1), gone, env=["OWNER"])
    assert crashed.status is Status.PARTIAL
    assert "crashed (exit code 1)" in str(crashed.message)
    another = event("container start", 1, id=hex_id("other"), name=NAME, image=IMAGE)
    assert "was never started" in str(judge(created, another).message)


def test_whether_one_that_is_gone_was_started_is_told_where_its_events_were_seen() -> None:
    created, gone = wisheasy(status="created"), saw(NEED, Reason.NOT_THERE, 20, "run-2")
    removed = event("container destroy", 10, id=created.id, name=NAME, image=IMAGE)

    def window(**fields: Any) -> Entry:
        return saw(EventWindowNeed(), EventWindow(count=1, **fields), 20, "run-2")

    seen_to_the_end = judge(created, removed, window(), gone)
    assert seen_to_the_end.status is Status.FAIL
    assert "was never started" in str(seen_to_the_end.message)
    for unseen in (judge(created, gone), judge(created, removed, window(continues=False), gone)):
        assert unseen.status is Status.UNPROVEN
        assert "was seen before its start, and then no more" in str(unseen.message)
        assert "docker run -d --name wisheasy" in str(unseen.hint)
