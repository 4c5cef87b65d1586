"""Which events of the engine's history are kept, and how they are told."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from grader.collect import event_shapes, shapes
from grader.collect.events import HealthChecks, Subjects, select
from grader.facts import Event
from grader.needs import ContainerNeed, EventsNeed
from tests.collect.recorded_answers import ENGINES, recorded
from tests.factories import evidence_of, hex_id, saw

IMAGE = f"sha256:{hex_id('image')}"


def payload(kind: str, action: str, id_: str = "", /, **attributes: str) -> dict[str, Any]:
    """An event in the form of API 1.56, which has no older keys."""
    actor = {"ID": id_, "Attributes": attributes}
    return {"Type": kind, "Action": action, "Actor": actor, "timeNano": 1_767_322_800_123_456_789}


def steps(engine: str, subjects: Subjects) -> list[tuple[str, str, str]]:
    podman = engine.startswith("podman")
    chosen = select(recorded(engine)["events"], subjects, podman=podman)
    return [(event.type, event.action, event.name) for _, event in chosen]


def test_the_lesson_on_docker_is_told_step_by_step() -> None:
    remote = next(t for t in recorded("docker-20")["image"]["RepoTags"] if "haneul" in t)
    subjects = Subjects(names=frozenset({"wisheasy"}), images=frozenset({remote, "wisheasy:1.0"}))
    assert steps("docker-20", subjects)[:11] == [
        ("image", "tag", "wisheasy:1.0"),
        ("image", "tag", remote),
        ("image", "push", remote),
        ("image", "untag", ""),
        ("image", "pull", remote),
        ("container", "create", "wisheasy"),
        ("container", "start", "wisheasy"),
        ("container", "exec_start", "wisheasy"),
        ("container", "exec_die", "wisheasy"),
        ("container", "exec_start", "wisheasy"),
        ("container", "exec_die", "wisheasy"),
    ]


def test_the_lesson_on_podman_is_told_in_dockers_words() -> None:
    subjects = Subjects(
        names=frozenset({"wisheasy"}),
        images=frozenset({"127.0.0.1:5055/haneul/wisheasy:pod", "wisheasy:1.0"}),
    )
    told = steps("podman-5", subjects)
    assert ("image", "push", "127.0.0.1:5055/haneul/wisheasy:pod") in told
    assert ("image", "pull", "127.0.0.1:5055/haneul/wisheasy:pod") in told
    assert ("image", "untag", "wisheasy:1.0") in told
    of_container = [action for kind, action, _ in told if kind == "container"]
    assert of_container == ["create", "start", "exec_start", "exec_die", "die", "destroy"]


def test_what_is_loaded_may_be_the_rubrics_image_for_it_does_not_tell_its_name() -> None:
    loaded = payload("image", "load", IMAGE, name=IMAGE)
    assert [e.action for _, e in select([loaded], Subjects(images={"app:1"}))] == ["load"]
    assert select([loaded], Subjects(names={"web"})) == []


def test_nothing_is_told_of_what_the_rubric_does_not_name() -> None:
    assert steps("docker-20", Subjects()) == []
    private = [
        payload("container", "create", hex_id("x"), name="diary", image="notes:1"),
        payload("image", "tag", IMAGE, name="notes:1"),
        payload("volume", "create", "notes"),
    ]
    assert select(private, Subjects(names=frozenset({"web"}), images=frozenset({"app:1"}))) == []


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        (
            payload("container", "die", "c1", name="web", image="app:1", exitCode="137"),
            Event(
                type="container", action="die", id="c1", name="web", image="app:1", exit_code=137
            ),
        ),
        (
            payload("container", "kill", "c1", name="web", image="app:1", signal="15"),
            Event(type="container", action="kill", id="c1", name="web", image="app:1", signal="15"),
        ),
        (
            payload("container", "exec_start: sh -c echo a: b", "c1", name="web", image="app:1"),
            Event(
                type="container",
                action="exec_start",
                id="c1",
                name="web",
                image="app:1",
                command="sh -c echo a: b",
            ),
        ),
        (
            payload("image", "tag", IMAGE, name="haneul/app:1"),
            Event(type="image", action="tag", id=IMAGE, name="haneul/app:1"),
        ),
        (
            payload("image", "pull", "docker.io/library/app:1", name="app"),
            Event(type="image", action="pull", name="app:1"),
        ),
        (
            payload("image", "untag", IMAGE, name=IMAGE),
            Event(type="image", action="untag", id=IMAGE),
        ),
        (
            payload("image", "untag", IMAGE, name="app:1"),
            Event(type="image", action="untag", id=IMAGE, name="app:1"),
        ),
        (
            payload("volume", "destroy", "data", driver="local"),
            Event(type="volume", action="destroy", id="data", name="data"),
        ),
    ],
)
def test_an_event_becomes_a_fact(given: dict[str, Any], fact: Event) -> None:
    assert event_shapes.event(given) == fact


@pytest.mark.parametrize(
    "given",
    [
        payload("container", "exec_create: sh", "c1", name="web"),
        payload("container", "archive-path", "c1", name="web"),
        payload("image", "save", IMAGE, name="app:1"),
        payload("network", "connect", "n1", name="bridge"),
        {"Type": "builder", "Action": "prune"},
        {"Type": "image", "Action": "tag", "Actor": None},
        {},
    ],
)
def test_what_is_no_step_of_a_learner_is_left_out(given: dict[str, Any]) -> None:
    subjects = Subjects(names=frozenset({"web"}), images=frozenset({"app:1"}))
    assert select([given], subjects) == []


@pytest.mark.parametrize(
    ("action", "attributes"),
    [("health_status: healthy", {}), ("health_status", {"health_status": "healthy"})],
    ids=["docker", "podman"],
)
def test_an_event_tells_a_containers_health(action: str, attributes: dict[str, str]) -> None:
    event = event_shapes.event(payload("container", action, "c1", name="web", **attributes))
    assert event is not None
    assert (event.action, event.health, event.command) == ("health_status", "healthy", "")


def test_a_secret_in_an_executed_command_is_masked() -> None:
    event = event_shapes.event(payload("container", "exec_start: mysql --password hunter22", "c1"))
    assert event is not None
    assert event.command == "mysql --password ***"


def test_the_time_is_the_engines_to_the_millisecond() -> None:
    expected = datetime(2026, 1, 2, 3, 0, 0, 123_000, tzinfo=UTC)
    assert event_shapes.time_of(payload("image", "tag")) == expected
    assert event_shapes.time_of({"time": 1_767_322_800}) == expected.replace(microsecond=0)


APP = Subjects(names=frozenset({"web"}), images=frozenset({"app:1"}))


def test_an_image_that_is_told_by_id_only_is_known_by_its_earlier_tag() -> None:
    events = [payload("image", "tag", IMAGE, name="app:1"), payload("image", "delete", IMAGE)]
    assert [event.action for _, event in select(events, APP)] == ["tag", "delete"]


def test_containers_of_a_classic_build_are_no_runs() -> None:
    step = payload("container", "create", "c1", name="happy_name", image=IMAGE)
    tag = payload("image", "tag", IMAGE, name="app:1")
    assert [event.action for _, event in select([tag, step], APP)] == ["tag"]


def test_a_container_run_by_the_images_short_id_counts() -> None:
    run = payload("container", "create", "c1", name="happy_name", image=IMAGE[7:19])
    tag = payload("image", "tag", IMAGE, name="app:1")
    assert [event.action for _, event in select([tag, run], APP)] == ["tag", "create"]


def test_a_health_check_is_no_command_that_the_learner_ran() -> None:
    events = [
        payload("container", "exec_start: /bin/sh -c true", "c1", name="web", execID="e1"),
        payload("container", "exec_die", "c1", name="web", execID="e1", exitCode="0"),
        payload("container", "exec_start: ls", "c1", name="web", execID="e2"),
        payload("container", "exec_die", "c1", name="web", execID="e2", exitCode="0"),
    ]
    chosen = select(events, APP, HealthChecks({"/bin/sh -c true"}))
    assert [(e.action, e.command) for _, e in chosen] == [("exec_start", "ls"), ("exec_die", "")]


def test_the_health_check_of_a_container_that_came_later_is_learnt() -> None:
    health = HealthChecks()
    health.learn_of([{"Config": {"Healthcheck": {"Test": ["CMD", "python", "probe.py"]}}}])
    start = payload("container", "exec_start: python probe.py", "c1", name="web", execID="e1")
    assert select([start], APP, health) == []


def test_the_health_check_of_a_container_that_is_gone_is_known_from_its_record() -> None:
    container = {"Id": "c1", "Config": {"Healthcheck": {"Test": ["CMD", "python", "probe.py"]}}}
    recorded = saw(ContainerNeed(name="web"), shapes.container(container, {}))
    health = HealthChecks()
    health.learn(SimpleNamespace(seen=lambda _: (), evidence=evidence_of(recorded)))
    start = payload("container", "exec_start: python probe.py", "c1", name="web", execID="e1")
    end = payload("container", "exec_die", "c1", name="web", execID="e1", exitCode="0")
    assert select([start, end], APP, health) == []


@pytest.mark.parametrize("time", ["soon", None, [], 1e30, -5, float("nan"), 2**70])
def test_an_event_without_a_possible_time_is_an_event_all_the_same(time: object) -> None:
    odd = {**payload("container", "start", "c1", name="web"), "timeNano": time, "time": time}
    [(at, event)] = select([odd], APP)
    assert (event.action, at.tzinfo) == ("start", UTC)
    assert event_shapes.just_after(odd) in {"", "9223372036.854775808"}


@pytest.mark.parametrize("actor", [[], "x", 7, {"ID": None, "Attributes": ["name"]}])
def test_an_event_about_nobody_costs_no_other_event(actor: object) -> None:
    odd = {"Type": "container", "Action": "start", "Actor": actor}
    assert len(select([odd, payload("container", "start", "c1", name="web")], APP)) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_without_the_keys_that_engine_29_leaves_out_all_is_told_alike(engine: str) -> None:
    podman = engine.startswith("podman")
    payloads = recorded(engine)["events"]
    bare = [
        {key: value for key, value in payload.items() if key not in {"status", "id", "from"}}
        for payload in payloads
    ]
    assert any(payload.keys() & {"status", "id", "from"} for payload in payloads)
    told = [event_shapes.event(payload, podman=podman) for payload in payloads]
    assert [event_shapes.event(payload, podman=podman) for payload in bare] == told
    assert any(told)


@pytest.mark.parametrize(
    ("action", "told"),
    [("push", "me/app"), ("pull", "me/app"), ("pull", "me/app@sha256:" + "0" * 64)],
)
def test_one_of_all_tags_or_by_digest_is_one_of_each(action: str, told: str) -> None:
    chosen = select([payload("image", action, told)], Subjects(images={"me/app:2"}))
    assert [event.name for _, event in chosen] == [told]
    pulled = saw(EventsNeed(), chosen[0][1], at=2)
    tagged = [
        saw(EventsNeed(), Event(type="image", action="tag", name="me/app:2"), at) for at in (1, 3)
    ]
    assert evidence_of(tagged[0], pulled).image_events(action, image="me/app:2")
    assert not evidence_of(tagged[0], pulled).image_events(action, image="me/other:2")
    assert not evidence_of(pulled, tagged[1]).image_events(action, image="me/app:2")


def test_podmans_pull_without_a_tag_is_of_the_latest() -> None:
    told = event_shapes.event(payload("image", "pull", "", name="quay.io/me/app"), podman=True)
    assert told is not None
    assert told.name == "quay.io/me/app:latest"


def test_podman_tells_by_which_signal_a_container_ended() -> None:
    died = payload("container", "died", "c1", name="web", containerExitCode="137")
    assert getattr(event_shapes.event(died, podman=True), "signal", None) == "9"
    crashed = payload("container", "died", "c1", name="web", containerExitCode="1")
    assert getattr(event_shapes.event(crashed, podman=True), "signal", None) == ""


def test_podman_tells_a_networks_name_elsewhere() -> None:
    made = payload("network", "create", "n1", name="", network="notes-net", driver="bridge")
    gone = payload("network", "remove", "n1", name="", network="notes-net", driver="bridge")
    chosen = select([made, gone], Subjects(resources={"notes-net"}), podman=True)
    assert [(event.action, event.name) for _, event in chosen] == [
        ("create", "notes-net"),
        ("destroy", "notes-net"),
    ]


def test_an_image_is_known_by_a_name_that_it_lost_where_the_engine_tells_it() -> None:
    lost = saw(EventsNeed(), Event(type="image", action="untag", id=IMAGE, name="app:1"))
    assert evidence_of(lost).image_ids("app:1") == {IMAGE}
