"""A container's health: seen by inspect or told by an event, and what to do where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status, Verdict
from grader.facts import Container
from grader.journal import Entry
from grader.needs import ContainerNeed
from tests.factories import a_container, event, hex_id, judged, saw

NAME, IMAGE = "wisheasy", "wisheasy:1.0"
NEED = ContainerNeed(name=NAME, image=IMAGE)


def judge(*entries: Entry) -> Verdict:
    return judged("container", {"name": NAME, "image": IMAGE, "health": "healthy"}, *entries)


def wisheasy(**fields: Any) -> Container:
    return a_container(NAME, IMAGE, **fields)


def told(health: str, id_: str = hex_id(NAME)) -> Entry:
    return event("container health_status", 2, id=id_, name=NAME, image=IMAGE, health=health)


def test_a_container_that_was_seen_healthy_passes_also_when_it_stopped_since() -> None:
    healthy = saw(NEED, wisheasy(health="healthy"), run="a")
    stopped = wisheasy(status="exited", exit_code=0, health="unhealthy")
    assert judge(healthy).status is Status.PASS
    assert judge(healthy, saw(NEED, stopped, run="b")).status is Status.PASS


def test_an_event_tells_of_the_same_container_only() -> None:
    starting = saw(NEED, wisheasy(health="starting"))
    assert judge(starting, told("healthy")).status is Status.PASS
    assert judge(starting, told("healthy", hex_id("another"))).status is Status.PARTIAL


def test_a_container_that_has_just_started_has_to_be_waited_for() -> None:
    verdict = judge(saw(NEED, wisheasy(health="starting")))
    assert verdict.pending
    assert "wait until `docker ps` shows (healthy)" in str(verdict.hint)
    told = (str(verdict.expected), verdict.actual)
    assert told == ("its health check succeeds", "starting")


@pytest.mark.parametrize(
    ("container", "events", "problem", "hint"),
    [
        (wisheasy(health="unhealthy"), [], "health check of container wisheasy fails", "{{json"),
        (wisheasy(health="starting"), [told("unhealthy")], "fails", ".State.Health}}' wisheasy"),
        (wisheasy(health="none"), [], "wisheasy has no health check", "add a `HEALTHCHECK`"),
    ],
)
def test_what_never_was_healthy_fails_with_the_way_to_find_out_why(
    container: Container, events: list[Entry], problem: str, hint: str
) -> None:
    verdict = judge(saw(NEED, container), *events)
    assert verdict.status is Status.PARTIAL
    assert verdict.ratio * 2 < 1
    assert problem in str(verdict.message)
    assert hint in str(verdict.hint)


@pytest.mark.parametrize(
    ("container", "hint"),
    [
        (wisheasy(), "docker start wisheasy"),
        (wisheasy(status="exited", exit_code=0, health="unhealthy"), "while it runs"),
    ],
    ids=["a journal from before health was recorded", "seen only after it had stopped"],
)
def test_what_nobody_saw_is_unproven(container: Container, hint: str) -> None:
    verdict = judge(saw(NEED, container))
    assert verdict.status is Status.UNPROVEN
    assert hint in str(verdict.hint)
