"""Who works with two computers, or two contexts of docker, has two engines in one journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from grader.check import Passed, Unproven
from grader.evidence import Evidence
from grader.facts import Engine, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EngineNeed, ImageNeed, Need
from grader.timeline.story import timeline
from tests.factories import (
    a_container,
    an_image,
    event,
    evidence_of,
    hex_id,
    journal_of,
    judged,
    minutes,
    saw,
)

WEB, APP = ContainerNeed(name="web"), ImageNeed(image="app:1")
THINGS: list[tuple[dict[str, Any], Need[Any], Any]] = [
    ({"container": "web"}, WEB, a_container()),
    ({"image": "app:1"}, APP, an_image()),
]


def look(
    at: float, engine: str, need: Need[Any], answer: Any = Reason.NOT_THERE
) -> tuple[Entry, Entry]:
    """A run that asks which engine it is, and for this."""
    fact = Engine(id=engine, product="Docker Engine", version="", api_version="", os="", arch="")
    run = f"run-{at}"
    return saw(EngineNeed(), fact, at, run), saw(need, answer, at, run)


@pytest.mark.parametrize(("fields", "need", "there"), THINGS)
def test_what_another_engine_does_not_have_is_not_gone(
    fields: dict[str, Any], need: Need[Any], there: Any
) -> None:
    entries = [*look(1, "home", need, there), *look(2, "school", need)]
    verdict = judged("removed", fields, *entries)
    assert isinstance(verdict, Unproven)
    assert "on another Docker engine" in str(verdict.message)
    at_home = judged("removed", fields, *entries, *look(3, "home", need))
    assert isinstance(at_home, Passed)


@pytest.mark.parametrize(("fields", "need", "there"), THINGS)
def test_what_was_done_once_more_on_the_other_engine_counts(
    fields: dict[str, Any], need: Need[Any], there: Any
) -> None:
    entries = [
        *look(1, "home", need, there),
        *look(2, "school", need),
        *look(3, "school", need, there),
        *look(4, "school", need),
    ]
    assert isinstance(judged("removed", fields, *entries), Passed)


@pytest.mark.parametrize(("fields", "need", "there"), THINGS)
@pytest.mark.parametrize(("first", "second"), [("home", ""), ("", "home"), ("", "")])
def test_where_an_engine_is_not_known_all_are_one(
    fields: dict[str, Any], need: Need[Any], there: Any, first: str, second: str
) -> None:
    entries = [*look(1, first, need, there), *look(2, second, need)]
    assert isinstance(judged("removed", fields, *entries), Passed)


def test_a_look_before_any_engine_was_asked_for_is_at_that_of_the_next() -> None:
    entries = [saw(WEB, a_container(), 1, "first"), *look(2, "home", WEB)]
    assert isinstance(judged("removed", {"container": "web"}, *entries), Passed)


def test_a_later_look_of_watch_is_at_the_engine_of_the_one_before() -> None:
    seen_by_watch = saw(WEB, a_container(), 2, "watch")
    entries = [*look(1, "home", WEB), seen_by_watch, *look(3, "school", WEB)]
    assert isinstance(judged("removed", {"container": "web"}, *entries), Unproven)


def test_a_record_that_git_put_below_another_is_not_of_that_ones_engine() -> None:
    entries = [
        *look(1, "school", WEB),
        saw(WEB, a_container(), 2, "watch-at-home"),
        saw(WEB, Reason.NOT_THERE, 3, "later-at-home"),
    ]
    home = look(4, "home", WEB)
    merged = replace(journal_of(*entries, *home), forks=(3,))
    assert Evidence(merged).of(WEB).gone


def test_that_events_tell_of_it_on_the_first_engine_is_enough_to_ask_there() -> None:
    made = event("container create", 1, "run-1", name="web", image="app:1", id=hex_id("web"))
    entries = [look(1, "home", WEB)[0], made, *look(2, "school", WEB)]
    assert isinstance(judged("removed", {"container": "web"}, *entries), Unproven)
    went = event("container destroy", 3, "run-1", name="web", image="app:1", id=hex_id("web"))
    assert isinstance(judged("removed", {"container": "web"}, *entries, went), Passed)


def test_what_was_never_looked_for_is_not_elsewhere() -> None:
    made = event("container create", 1, "run-1", name="web", image="app:1", id=hex_id("web"))
    verdict = judged("removed", {"container": "web"}, look(1, "home", WEB)[0], made)
    assert "another Docker engine" not in str(verdict.message)


def test_a_container_was_not_stopped_by_asking_another_engine() -> None:
    entries = [*look(1, "home", WEB, a_container()), *look(2, "school", WEB)]
    verdict = judged("stopped", {"name": "web"}, *entries)
    assert isinstance(verdict, Unproven)
    assert "on another Docker engine" in str(verdict.message)
    assert "docker stop web" in str(verdict.hint)
    at_home = [*look(3, "school", WEB), *look(4, "home", WEB)]
    assert isinstance(judged("stopped", {"name": "web"}, *entries, *at_home), Passed)


def test_nor_by_another_of_its_name_that_came_and_went_there() -> None:
    other = a_container(id=hex_id("other"), status="created")
    entries = [
        *look(1, "home", WEB, a_container()),
        *look(2, "school", WEB, other),
        *look(3, "school", WEB),
    ]
    assert not isinstance(judged("stopped", {"name": "web"}, *entries), Passed)


@pytest.mark.parametrize(("need", "there"), [(WEB, a_container()), (APP, an_image())])
def test_the_timeline_tells_no_removal_that_nobody_saw(need: Need[Any], there: Any) -> None:
    def told(engine: str) -> list[tuple[str, datetime]]:
        evidence = evidence_of(*look(1, "home", need, there), *look(2, engine, need))
        steps, _ = timeline(evidence)
        return [(step.label, step.at) for step in steps if " rm" in step.label]

    assert not told("school")
    assert [at for _, at in told("home")] == [minutes(2)]
