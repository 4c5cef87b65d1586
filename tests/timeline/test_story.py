"""The timeline: each step once, from events, and from states where events are missing."""

from __future__ import annotations

from typing import Any

import pytest

from grader.facts import EventWindow, Login, Manifest, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EventWindowNeed, ImageNeed, LoginNeed, ManifestNeed
from grader.result import TimelineStep
from grader.timeline.story import MAX_STEPS, timeline
from tests.factories import a_container, an_image, event, evidence_of, hex_id, minutes, saw

APP, REMOTE = "app:1", "me/app:1"
ID = f"sha256:{hex_id(APP)}"
IMAGE, TAGGED = ImageNeed(image=APP), ImageNeed(image=REMOTE)
WEB = ContainerNeed(name="web")


def image(action: str, at: float, name: str = APP, id_: str = ID) -> Entry:
    return event(f"image {action}", at, name=name, id=id_)


def web(action: str, at: float, run: str = "run-1", **fields: Any) -> Entry:
    return event(
        f"container {action}", at, run, name="web", id=hex_id("web"), image=REMOTE, **fields
    )


def steps(*entries: Entry) -> tuple[TimelineStep, ...]:
    return timeline(evidence_of(*entries))[0]


def labels(*entries: Entry) -> list[str]:
    return [step.label for step in steps(*entries)]


LAB = [
    image("tag", 1),
    image("tag", 2, REMOTE),
    event("image push", 3, name=REMOTE),
    event("image pull", 4, name=REMOTE),
    web("create", 5),
    web("start", 5.001),
    web("exec_start", 6, command="python -V"),
    web("exec_die", 6.01, exit_code=0),
    web("kill", 7, signal="15"),
    web("die", 7.1, exit_code=137),
    web("stop", 7.1),
    web("destroy", 8),
]
TOLD = [
    "docker build -t app:1 .",
    "docker tag app:1 me/app:1",
    "docker push me/app:1",
    "docker pull me/app:1",
    "docker run me/app:1",
    "docker exec web python -V",
    "docker stop web",
    "docker rm web",
]


def test_an_image_that_was_loaded_was_not_pulled() -> None:
    seen = an_image(APP, digests=("me/app@sha256:1",))
    assert labels(event("image load", 1, id=seen.id), saw(IMAGE, seen, 2)) == [TOLD[0]]


def test_the_steps_of_a_lab_in_their_order() -> None:
    told = steps(*LAB)
    assert [step.label for step in told] == TOLD
    assert [step.lane for step in told] == ["image"] * 2 + ["registry"] * 2 + ["container"] * 4
    assert [step.at for step in told][:2] == [minutes(1), minutes(2)]
    assert not any(step.failed for step in told)
    assert all(step.exact for step in told)


def test_what_two_runs_recorded_and_what_was_seen_as_well_is_told_once() -> None:
    seen = [
        saw(IMAGE, an_image(APP, last_tagged=minutes(2), created="2026-01-02T03:01:00Z"), 5.5),
        saw(TAGGED, an_image(APP, last_tagged=minutes(2)), 5.5),
        saw(ManifestNeed(image=REMOTE), Manifest(digest=ID), 5.5),
        saw(WEB, a_container("web", REMOTE, created=minutes(5), started=minutes(5.001)), 5.5),
        saw(WEB, Reason.NOT_THERE, 9, "run-2"),
    ]
    assert labels(*LAB, *seen, *LAB) == TOLD


def test_without_events_the_states_tell() -> None:
    built = {"last_tagged": minutes(2), "created": "2026-01-02T03:01:00.123456789Z"}
    stopped = {"status": "exited", "exit_code": 137, "finished": minutes(7)}
    told = steps(
        saw(IMAGE, an_image(APP, **built), 4),
        saw(TAGGED, an_image(APP, **built), 4),
        saw(LoginNeed(registry="docker.io"), Login(registry="docker.io"), 4),
        saw(ManifestNeed(image=REMOTE), Manifest(digest=ID), 4.5),
        saw(WEB, a_container("web", REMOTE, created=minutes(5)), 6),
        saw(WEB, a_container("web", REMOTE, created=minutes(5), **stopped), 8),
        saw(WEB, Reason.NOT_THERE, 9, "run-2"),
        saw(TAGGED, Reason.NOT_THERE, 10, "run-2"),
    )
    assert [(step.label, step.exact) for step in told] == [
        ("docker build -t app:1 .", True),
        ("docker tag app:1 me/app:1", True),
        ("docker login", False),
        ("docker push me/app:1", False),
        ("docker run me/app:1", True),
        ("Exited (137)", True),
        ("docker rm web", False),
        ("docker image rm me/app:1", False),
    ]
    assert [step.at.replace(microsecond=0) for step in told[:2]] == [minutes(1), minutes(2)]
    assert not any(step.failed for step in told)


def test_a_push_without_an_event_is_told_also_where_a_pull_follows() -> None:
    there = saw(ManifestNeed(image=REMOTE), Manifest(digest=f"sha256:{hex_id('manifest')}"), 5)
    pulled = event("image pull", 4, name=REMOTE)
    own, other = (saw(TAGGED, an_image(each), 5) for each in (APP, "somebody else's"))
    told = steps(image("tag", 1, REMOTE), pulled, there, own)
    assert [(step.label, step.exact) for step in told] == [
        ("docker build -t me/app:1 .", True),
        ("docker push me/app:1", False),
        ("docker pull me/app:1", True),
    ]
    assert "docker push me/app:1" not in labels(image("tag", 1, REMOTE), pulled, there, other)
    assert labels(pulled, there, own)[0] == "docker pull me/app:1"


def test_a_build_without_events_or_times_is_dated_by_when_it_was_seen() -> None:
    placeholder = an_image(APP, created="1970-01-01T00:00:00Z", identity=("build",))
    [step] = steps(saw(IMAGE, placeholder, 4))
    assert (step.label, step.at, step.exact) == ("docker build -t app:1 .", minutes(4), False)


def test_an_image_that_was_only_pulled_was_not_built() -> None:
    digest = "app@sha256:" + "d" * 64
    pulled = an_image(APP, created="2025-01-02T03:01:00Z", digests=(digest,))
    assert labels(saw(IMAGE, pulled, 4)) == ["docker pull app:1"]
    assert labels(event("image pull", 3, name=APP), saw(IMAGE, pulled, 4)) == ["docker pull app:1"]


def test_a_name_for_a_pulled_image_is_a_tag() -> None:
    pulled = [event("image pull", 1, name=APP), saw(IMAGE, an_image(APP), 1.5)]
    assert labels(*pulled, image("tag", 2, REMOTE))[1:] == ["docker tag app:1 me/app:1"]


def test_a_build_from_cache_is_a_build_again() -> None:
    assert labels(image("tag", 1), image("tag", 2)) == ["docker build -t app:1 ."] * 2


@pytest.mark.parametrize("order", [("die", "stop"), ("stop", "die")])
def test_a_stop_is_one_step_whichever_way_the_engine_tells_it(order: tuple[str, str]) -> None:
    codes: dict[str, Any] = {"die": {"exit_code": 137}, "stop": {}}
    ends = [web(action, 3 + i / 100, **codes[action]) for i, action in enumerate(order)]
    told = steps(web("create", 1), web("start", 1), web("kill", 2, signal="15"), *ends)
    assert [(step.label, step.failed) for step in told] == [
        ("docker run me/app:1", False),
        ("docker stop web", False),
    ]


@pytest.mark.parametrize(
    ("code", "failed"), [(0, False), (1, True), (3, True), (127, True), (143, False)]
)
def test_a_container_that_ended_by_itself_failed_unless_it_says_0(code: int, failed: bool) -> None:
    told = steps(web("create", 1), web("start", 1), web("die", 2, exit_code=code))
    assert (told[1].label, told[1].failed) == (f"Exited ({code})", failed)
    finished = {"status": "exited", "exit_code": code, "finished": minutes(2)}
    told = steps(saw(WEB, a_container("web", REMOTE, created=minutes(1), **finished), 3))
    assert (told[1].label, told[1].failed) == (f"Exited ({code})", failed)


def test_a_container_that_could_not_start_is_a_failed_run() -> None:
    state = a_container("web", REMOTE, status="created", exit_code=127, created=minutes(1))
    seen = saw(WEB, state, 2)
    for told in ([seen], [web("create", 1), seen], [web("create", 1), seen, web("destroy", 3)]):
        run = steps(*told)[0]
        assert (run.label, run.failed, run.exit_code) == ("docker run me/app:1", True, 127)
    run, start = steps(web("create", 1), seen, web("start", 3))
    assert (run.label, run.failed, run.exit_code) == ("docker run me/app:1", True, 127)
    assert (start.label, start.failed, start.at) == ("docker start web", False, minutes(3))


@pytest.mark.parametrize(
    ("signal", "removed_at", "told"),
    [
        ("2", None, ["Ctrl-C web"]),
        ("9", None, ["docker kill web"]),
        ("9", 2.01, ["docker rm web"]),
        ("9", 5, ["docker kill web", "docker rm web"]),
    ],
)
def test_a_kill_is_told_by_its_signal_unless_a_removal_forced_it(
    signal: str, removed_at: float | None, told: list[str]
) -> None:
    ends = [web("kill", 2, signal=signal), web("die", 2.001, exit_code=137)]
    ends += [web("destroy", removed_at)] if removed_at else []
    assert labels(web("create", 1), web("start", 1), *ends)[1:] == told


def test_what_repeats_itself_is_told_once_with_how_often() -> None:
    crash = [web(action, i, exit_code=1) for i in range(1, 30) for action in ("start", "die")]
    told = steps(web("create", 0.5), *crash)
    assert [(step.label, step.count, step.until) for step in told] == [
        ("docker run me/app:1", 1, None),
        ("Exited (1)", 29, minutes(29)),
        ("docker start web", 28, minutes(29)),
    ]


def test_a_command_that_is_not_there_failed_and_what_ran_around_it_did_not() -> None:
    told = steps(
        web("exec_start", 2, command="sh"),
        web("exec_start", 3, command="pyton"),
        web("exec_die", 3, exit_code=127),
        web("exec_die", 4, exit_code=0),
    )
    assert [(step.label, step.failed) for step in told] == [
        ("docker exec web sh", False),
        ("docker exec web pyton", True),
    ]


def test_an_image_removal_that_is_told_by_id_names_the_image() -> None:
    gone = [image("untag", 5, name=""), image("delete", 5, name="")]
    assert labels(image("tag", 1), *gone)[1:] == ["docker image rm app:1"]


def test_an_image_of_several_names_removed_by_id_is_told_by_id() -> None:
    two = [image("tag", 1), image("tag", 2, REMOTE)]
    step = steps(*two, image("untag", 5, name=""))[2]
    assert (step.label, step.detail) == (f"docker image rm {ID[7:19]}", "app:1, me/app:1")
    assert labels(*two, image("untag", 5, REMOTE))[2:] == ["docker image rm me/app:1"]
    many = [image("tag", number, f"app:{number}") for number in range(30)]
    *_, step = steps(*many, image("untag", 40, name=""))
    assert step.detail == ", ".join([*(f"app:{number}" for number in range(10)), "…"])


def test_a_container_that_could_not_be_looked_at_was_not_removed() -> None:
    seen = saw(WEB, a_container("web", REMOTE, created=minutes(1)), 2)
    assert labels(seen, saw(WEB, Reason.ENGINE_UNREACHABLE, 3, "run-2")) == ["docker run me/app:1"]


def test_of_two_containers_of_an_image_the_one_not_found_again_was_removed() -> None:
    need = ContainerNeed(image=REMOTE)
    one, two = (a_container(name, REMOTE, created=minutes(1)) for name in ("one", "two"))
    looks = [saw(need, one, 2), saw(need, two, 2), saw(need, two, 3, "run-2")]
    assert labels(*looks) == ["docker run me/app:1", "docker run me/app:1", "docker rm one"]


def test_at_equal_times_an_image_is_built_and_pushed_before_it_runs() -> None:
    entries = [web("create", 1), event("image push", 1, name=REMOTE), image("tag", 1)]
    assert [step.lane for step in steps(*entries)] == ["image", "registry", "container"]
    assert steps(*entries) == steps(*reversed(entries))


def test_a_long_history_keeps_its_beginning_and_its_end() -> None:
    told = steps(*(image("tag", i, f"app:{i}", f"sha256:{hex_id(str(i))}") for i in range(300)))
    assert len(told) == MAX_STEPS
    assert told[0].at == minutes(0)
    assert told[-1].at == minutes(299)


def test_a_long_command_is_cut() -> None:
    [step] = steps(web("exec_start", 1, command="x" * 5000))
    assert len(step.label) == 300


def test_events_of_other_kinds_are_no_steps() -> None:
    window = saw(EventWindowNeed(), EventWindow(count=256, evicted=True), 1)
    assert steps(window, event("network create", 1, name="n"), web("oom", 2)) == ()
