"""Lives that repeat themselves are one; failures keep their context."""

from __future__ import annotations

from typing import Any

import pytest

from grader.facts import Logs
from grader.journal import Entry
from grader.needs import ContainerNeed, LogsNeed
from grader.result import TimelineStep
from grader.timeline.folding import FOLD_FROM
from grader.timeline.story import MAX_STEPS, timeline
from tests.factories import a_container, event, evidence_of, hex_id, minutes, saw


def life(number: int, name: str = "web", code: int = 0) -> list[Entry]:
    """A container that lives for a moment, at minute ``number``."""

    def one(action: str, at: float, **fields: Any) -> Entry:
        id_ = hex_id(f"{name}-{number}")
        return event(f"container {action}", number + at, name=name, id=id_, image="app:1", **fields)

    ends = [one("die", 0.2, exit_code=code), one("destroy", 0.3)]
    return [one("create", 0), one("start", 0.1), *ends]


def steps(*entries: Entry) -> tuple[TimelineStep, ...]:
    return timeline(evidence_of(*entries))[0]


def lives(count: int, **how: Any) -> list[Entry]:
    return [entry for number in range(count) for entry in life(number, **how)]


def test_500_lives_are_told_as_one() -> None:
    told = steps(*lives(500))
    assert [(step.label, step.count) for step in told] == [
        ("docker run app:1", 500),
        ("Exited (0)", 500),
        ("docker rm web", 500),
    ]
    assert (told[0].at, told[0].until) == (minutes(0), minutes(499))
    assert told[0].detail == "web"


def test_500_lives_under_500_names_name_the_first_and_the_last() -> None:
    told = steps(*(entry for i in range(500) for entry in life(i, f"life-{i}")))
    assert [step.count for step in told] == [500] * 3
    assert {step.detail for step in told} == {"life-0 … life-499"}


def test_a_few_attempts_are_told_one_by_one() -> None:
    assert len(steps(*lives(FOLD_FROM - 1))) == 3 * (FOLD_FROM - 1)


def test_lives_that_went_another_way_are_told_apart() -> None:
    crashed = [entry for number in (20, 21) for entry in life(number, code=1)]
    told = steps(*lives(20), *crashed, *life(22))
    assert [(step.label, step.count, step.failed) for step in told if "Exited" in step.label] == [
        ("Exited (0)", 21, False),
        ("Exited (1)", 1, True),
        ("Exited (1)", 1, True),
    ]


def test_what_happened_between_keeps_lives_apart() -> None:
    built = event("image tag", 7.5, name="app:1", id=f"sha256:{hex_id('app')}")
    told = steps(*lives(15), built)
    assert [(step.label, step.count) for step in told if "run" in step.label] == [
        ("docker run app:1", 8),
        ("docker run app:1", 7),
    ]


def test_what_is_left_out_is_counted() -> None:
    tags = [event("image tag", i, name=f"a:{i}", id=f"sha256:{hex_id(str(i))}") for i in range(300)]
    told = steps(*tags)
    assert len(told) == MAX_STEPS
    assert [(i, step.left_out) for i, step in enumerate(told) if step.left_out] == [(100, 100)]


def log(number: int, text: str, at: float, stream: str = "stderr") -> Entry:
    logs = Logs(container_id=hex_id(f"web-{number}"), **{stream: text})
    return saw(LogsNeed(name="web"), logs, at)


def test_a_crash_is_told_with_its_exit_code_and_the_last_words_of_its_own_log() -> None:
    words = "line 1\n\x1b[31mModuleNotFoundError: flask\x1b[0m\n"
    told = steps(*life(1, code=1), log(1, words, 1.25), *life(2), log(2, "fine", 2.25))
    [crash, fine] = [step for step in told if "Exited" in step.label]
    assert (crash.failed, crash.exit_code) == (True, 1)
    assert crash.last_words == "line 1\nModuleNotFoundError: flask"
    assert (fine.failed, fine.last_words) == (False, "")


def test_of_several_logs_the_first_after_the_crash_tells() -> None:
    logs = [log(1, text, at) for text, at in [("early", 1.1), ("last", 1.21), ("later", 5)]]
    [crash] = [step for step in steps(*life(1, code=1), *logs) if step.failed]
    assert crash.last_words == "last"
    [crash] = [step for step in steps(*life(1, code=1), logs[0]) if step.failed]
    assert crash.last_words == "early"


def test_a_crash_seen_without_events_has_last_words_too() -> None:
    state = a_container(
        "web",
        id=hex_id("web-1"),
        created=minutes(1),
        status="exited",
        exit_code=3,
        finished=minutes(2),
    )
    told = steps(saw(ContainerNeed(name="web"), state, 3), log(1, "no such file", 3))
    assert (told[-1].exit_code, told[-1].last_words) == (3, "no such file")


@pytest.mark.parametrize(("code", "failed"), [(127, True), (126, True), (1, False), (0, False)])
def test_an_exec_that_could_not_run_tells_its_exit_code(code: int, failed: bool) -> None:
    fields: dict[str, Any] = {"name": "web", "id": hex_id("web"), "image": "app:1"}
    told = steps(
        event("container exec_start", 2, command="pyton", **fields),
        event("container exec_die", 3, exit_code=code, **fields),
    )
    assert [(step.failed, step.exit_code) for step in told] == [(failed, code)]


def test_an_exec_of_which_an_old_engine_tells_no_end_did_not_run_if_its_container_is_over() -> None:
    def web(action: str, at: float, exec_id: str = "", **more: Any) -> Entry:
        fields = {"name": "web", "id": hex_id("web"), "image": "app:1", "exec_id": exec_id}
        return event(f"container {action}", at, **fields, **more)

    shell = web("exec_start", 1, "e1", command="sh")
    lost = web("exec_start", 2, "e2", command="pyton")
    over = [web("exec_die", 3, "e1", exit_code=137), web("die", 3, exit_code=137)]
    told = [step for step in steps(shell, lost, *over) if "exec" in step.label]
    assert [(step.label, step.failed, step.exit_code) for step in told] == [
        ("docker exec web sh", False, 137),
        ("docker exec web pyton", True, None),
    ]
    assert not any(step.failed for step in steps(shell, lost))


def test_long_names_and_log_lines_are_cut() -> None:
    told = steps(*life(1, "n" * 5000, code=1), *life(2, code=1), log(2, "x" * 90_000, 2.25))
    assert max(len(step.label) for step in told) == 300
    assert max(len(step.detail) for step in told) == 300
    assert max(len(step.last_words) for step in told) <= 1000
