"""Calls that only look: each command once, without what other commands call on their way."""

from __future__ import annotations

from typing import Any

import pytest

from grader.facts import Call
from grader.journal import Entry
from grader.needs import CallsNeed, ContainerNeed
from grader.result import TimelineStep
from grader.timeline.story import timeline
from tests.factories import a_container, event, evidence_of, hex_id, minutes, saw

WEB = hex_id("web")
SECOND = 1 / 60


def call(path: str, at: float, status: int = 200, method: str = "GET") -> Entry:
    entry = saw(CallsNeed(path="/any"), Call(method=method, path=path, status=status), at)
    return entry.model_copy(update={"source": "relay", "by": "shell"})


def web(action: str, at: float, **fields: Any) -> Entry:
    return event(f"container {action}", at, name="web", id=WEB, image="app:1", **fields)


def steps(*entries: Entry) -> list[TimelineStep]:
    return [*timeline(evidence_of(*entries))[0]]


@pytest.mark.parametrize(
    ("path", "lane", "label"),
    [
        ("/containers/json", "container", "docker ps"),
        ("/images/json", "image", "docker image ls"),
        ("/containers/web/json", "container", "docker inspect web"),
        ("/containers/web/logs", "container", "docker logs web"),
        ("/containers/json/logs", "container", "docker logs json"),
        (
            "/images/reg.example:5000/me/app:1/json",
            "image",
            "docker inspect reg.example:5000/me/app:1",
        ),
        ("/images/app:1/history", "image", "docker history app:1"),
        (f"/containers/{'c' * 64}/logs", "container", "docker logs cccccccccccc"),
    ],
)
def test_a_call_is_told_as_the_command_that_makes_it(path: str, lane: str, label: str) -> None:
    [step] = steps(call(path, 1))
    assert (step.lane, step.label, step.at) == (lane, label, minutes(1))
    assert (step.failed, step.exact, step.count) == (False, True, 1)


@pytest.mark.parametrize("told", [WEB, WEB[:12], "web"])
def test_a_container_told_by_id_is_named(told: str) -> None:
    asked = call(f"/containers/{told}/logs", 2)
    seen = saw(ContainerNeed(name="web"), a_container("web", created=minutes(1)), 3)
    assert [s.label for s in steps(web("start", 1), asked)] == [
        "docker run app:1",
        "docker logs web",
    ]
    assert [s.label for s in steps(seen, asked)] == ["docker run app:1", "docker logs web"]


def test_what_was_not_there_is_left_out_and_what_failed_is_shown_as_failed() -> None:
    told = steps(
        call("/containers/app:1/json", 1, 404),
        call("/images/app:1/json", 1.001),
        call("/containers/web/logs", 2, 501),
    )
    assert [(step.label, step.failed) for step in told] == [
        ("docker inspect app:1", False),
        ("docker logs web", True),
    ]


@pytest.mark.parametrize(
    "path", ["/containers/logs", "/images/stats", "/version", "/x/web/logs", ""]
)
def test_other_calls_are_no_steps(path: str) -> None:
    assert steps(call(path, 1)) == []
    assert steps(call("/containers/web/json", 1, method="POST")) == []


def test_the_inspection_with_which_docker_logs_begins_is_not_a_step_of_its_own() -> None:
    own = call("/containers/web/json", 1)
    prelude, logs = call("/containers/web/json", 1 + SECOND), call(f"/containers/{WEB}/logs", 1.02)
    told = steps(web("start", 0), own, prelude, logs)
    assert [step.label for step in told[1:]] == ["docker inspect web", "docker logs web"]
    assert told[1].at == minutes(1)


def test_the_inspection_with_which_docker_exec_begins_is_not_a_step_of_its_own() -> None:
    executed = web("exec_start", 1.001, command="python -V")
    told = steps(web("start", 0), call("/containers/web/json", 1), executed)
    assert [step.label for step in told[1:]] == ["docker exec web python -V"]


def test_an_inspection_long_before_docker_logs_is_a_step() -> None:
    told = steps(call("/containers/web/json", 1), call("/containers/web/logs", 2))
    assert [step.label for step in told] == ["docker inspect web", "docker logs web"]


def test_a_loop_of_calls_is_told_once_between_two_steps() -> None:
    loop = [call(path, 1 + i * SECOND) for i in range(100) for path in LISTS]
    told = steps(web("start", 0), *loop, web("stop", 5), *(call(LISTS[0], 6 + i) for i in range(3)))
    assert [(step.label, step.count, step.until) for step in told] == [
        ("docker run app:1", 1, None),
        ("docker ps", 100, minutes(1 + 99 * SECOND)),
        ("docker image ls", 100, minutes(1 + 99 * SECOND)),
        ("docker stop web", 1, None),
        ("docker ps", 3, minutes(8)),
    ]


LISTS = ("/containers/json", "/images/json")


def test_a_hostile_path_is_cut() -> None:
    [step] = steps(call("/containers/" + "<b>\x1b[2J/" * 1000 + "/logs", 1))
    assert len(step.label) == 300
