"""When a step happened: exactly by an event, within bounds by what was seen before and after."""

from __future__ import annotations

from datetime import datetime

import pytest

from grader.checking.moments import Moment, container_moments, image_moments
from grader.checking.subject import ContainerSubject
from grader.checking.times import LONG_AGO, SKEW
from grader.facts import Manifest, Reason
from grader.journal import Entry
from grader.messages import msg
from grader.needs import ContainerNeed, ImageNeed, ManifestNeed
from grader.series import Strength
from tests.factories import a_container, an_image, event, evidence_of, hex_id, minutes, saw

STEP = msg("the step")
BEFORE = "the step, at this time or before"
APP, WEB = ImageNeed(image="app:1"), ContainerNeed(name="web")
IMAGE = {"name": "app:1", "id": an_image().id}
CONTAINER = {"name": "web", "image": "app:1", "id": hex_id("web")}
GONE = [saw(APP, Reason.NOT_THERE, 9, "b"), saw(WEB, Reason.NOT_THERE, 9, "b")]
SEEN = [saw(APP, an_image(), 5), saw(WEB, a_container(), 5)]


def of_image(did: str, *entries: Entry) -> list[Moment]:
    return image_moments(did, "app:1", STEP, evidence_of(*entries))


def of_container(did: str, *entries: Entry) -> list[Moment]:
    return container_moments(did, ContainerSubject(name="web"), STEP, evidence_of(*entries))


def told(moments: list[Moment]) -> list[tuple[datetime, datetime, str, str]]:
    return [(m.earliest, m.latest, m.proof.source, str(m.proof.detail)) for m in moments]


@pytest.mark.parametrize(
    ("did", "actions"),
    [
        ("built", ["build", "tag"]),
        ("tagged", ["tag"]),
        ("pushed", ["push"]),
        ("pulled", ["pull"]),
        ("untagged", ["untag"]),
        ("removed", ["untag", "delete"]),
    ],
)
def test_an_event_of_an_image_tells_exactly(did: str, actions: list[str]) -> None:
    every = ("build", "tag", "push", "pull", "untag", "delete")
    events = [event(f"image {action}", at, **IMAGE) for at, action in enumerate(every)]
    times = [minutes(every.index(action)) for action in actions]
    assert told(of_image(did, *events)) == [(at, at, "events", "the step") for at in times]


@pytest.mark.parametrize(
    ("did", "actions"),
    [
        ("started", ["start"]),
        ("executed", ["exec_start"]),
        ("stopped", ["stop"]),
        ("removed", ["destroy"]),
    ],
)
def test_an_event_of_a_container_tells_exactly_and_of_which(did: str, actions: list[str]) -> None:
    every = ("create", "start", "exec_start", "kill", "die", "stop", "destroy")
    events = [event(f"container {action}", at, **CONTAINER) for at, action in enumerate(every)]
    moments = of_container(did, *events)
    times = [minutes(every.index(action)) for action in actions]
    assert told(moments) == [(at, at, "events", "the step") for at in times]
    assert {moment.container for moment in moments} == {hex_id("web")}


def test_what_went_did_so_between_two_looks_by_clocks_that_may_differ() -> None:
    within = (minutes(5) - SKEW, minutes(9) + SKEW, "engine", BEFORE)
    for did in ("untagged", "removed"):
        assert told(of_image(did, *SEEN, *GONE)) == [within]
    for did in ("stopped", "removed"):
        (moment,) = of_container(did, *SEEN, *GONE)
        assert told([moment]) == [within]
        assert (moment.proof.at, moment.container) == (minutes(9), hex_id("web"))
    assert of_image("tagged", GONE[0]) == of_container("started", *SEEN, *GONE) == []


@pytest.mark.parametrize("at", [4.5, 5, 7, 9])
def test_an_event_in_between_is_the_better_witness(at: float) -> None:
    untagged = event("image untag", at, **IMAGE)
    assert [m.latest for m in of_image("removed", *SEEN, *GONE, untagged)] == [minutes(at)]
    destroyed = event("container destroy", at, **CONTAINER)
    assert [m.latest for m in of_container("removed", *SEEN, *GONE, destroyed)] == [minutes(at)]


def test_an_event_at_another_time_or_of_another_container_explains_nothing() -> None:
    early = event("container destroy", 1, **CONTAINER)
    other = event("container destroy", 7, **{**CONTAINER, "id": hex_id("other")})
    for unrelated in (early, other):
        assert len(of_container("removed", *SEEN, *GONE, unrelated)) == 2


def test_a_build_is_as_old_as_the_image_says_and_else_as_old_as_the_first_look() -> None:
    created = saw(APP, an_image(created="2026-01-02T03:02:00Z"), 5)
    assert told(of_image("built", created)) == [(minutes(2), minutes(2), "engine", "the step")]
    unknown = (LONG_AGO, minutes(5) + SKEW, "engine", BEFORE)
    assert told(of_image("built", SEEN[0])) == [unknown]


def test_a_tag_is_as_old_as_the_engine_says_or_older() -> None:
    seen = saw(APP, an_image(last_tagged=minutes(2)), 5)
    assert told(of_image("tagged", seen)) == [(LONG_AGO, minutes(2), "engine", BEFORE)]
    assert told(of_image("tagged", SEEN[0])) == [(LONG_AGO, minutes(5) + SKEW, "engine", BEFORE)]
    assert of_image("pulled", seen) == []


def test_an_image_that_was_only_pulled_was_neither_built_nor_tagged_here() -> None:
    pulled = saw(APP, an_image(identity=("pull",)), 5)
    assert told(of_image("pulled", pulled)) == [(LONG_AGO, minutes(5) + SKEW, "engine", BEFORE)]
    assert of_image("tagged", pulled) == []


def test_a_push_was_before_the_registry_was_first_seen_to_hold_it() -> None:
    held = [
        saw(ManifestNeed(image="app:1"), Manifest(digest=an_image().id), at, f"run-{at}")
        for at in (4, 8)
    ]
    (moment,) = of_image("pushed", *held)
    assert told([moment]) == [(LONG_AGO, minutes(4) + SKEW, "registry", BEFORE)]
    assert (moment.proof.strength, moment.proof.at) == (Strength.REGISTRY, minutes(4))
    assert of_image("pushed", *SEEN) == []


def test_a_container_itself_tells_when_it_was_started_and_when_it_ended() -> None:
    times = {"started": minutes(1), "finished": minutes(3)}
    ended = saw(WEB, a_container(status="exited", exit_code=143, **times), 5)
    for did, at in (("started", minutes(1)), ("stopped", minutes(3))):
        (moment,) = of_container(did, ended)
        assert told([moment]) == [(at, at, "engine", "the step")]
        assert moment.container == hex_id("web")
    again = saw(WEB, a_container(**times), 5)  # the engine keeps the end of an earlier run
    assert of_container("stopped", again) == []


def test_each_run_that_was_stopped_is_a_stop_and_one_that_ended_by_itself_is_none() -> None:
    def run(at: int, *actions: str) -> list[Entry]:
        fields = {"kill": {"signal": "15"}, "die": {"exit_code": 0}}
        return [
            event(f"container {action}", at, **CONTAINER, **fields.get(action, {}))
            for at, action in enumerate(actions, at)
        ]

    stopped = [*run(1, "start", "kill", "die", "stop"), *run(6, "start", "kill", "die", "destroy")]
    assert [m.latest for m in of_container("stopped", *stopped)] == [minutes(2), minutes(7)]
    assert of_container("stopped", *run(1, "start", "die", "destroy")) == []


def test_an_end_that_was_only_seen_was_between_the_looks_before_and_after() -> None:
    ended = saw(WEB, a_container(status="exited", exit_code=0), 9)
    within = (minutes(5) - SKEW, minutes(9) + SKEW, "engine", BEFORE)
    assert told(of_container("stopped", *SEEN, ended)) == [within]
    before, after = saw(WEB, a_container(), 3), saw(WEB, a_container(), 6)
    assert told(of_container("stopped", before, *SEEN, ended)) == [within]
    (moment,) = of_container("stopped", *SEEN, after, ended)
    assert moment.earliest == minutes(6) - SKEW
    by_signal = saw(WEB, a_container(status="exited", exit_code=137), 9)
    at_some_time = (LONG_AGO, minutes(9) + SKEW, "engine", BEFORE)
    assert told(of_container("stopped", by_signal)) == [at_some_time]


def test_one_in_whose_place_another_is_was_stopped_between_the_looks() -> None:
    another = saw(WEB, a_container("web", id=hex_id("another")), 9, "b")
    (moment,) = of_container("stopped", *SEEN, another)
    assert (moment.earliest, moment.latest) == (minutes(5) - SKEW, minutes(9) + SKEW)
    assert moment.container == hex_id("web")


def test_each_of_several_that_went_was_stopped_before_it_was_first_missed() -> None:
    other = saw(WEB, a_container("web", id=hex_id("other")), 12, "c")
    gone = saw(WEB, Reason.NOT_THERE, 15, "d")
    moments = of_container("stopped", SEEN[1], GONE[1], other, gone)
    assert {m.container: m.latest for m in moments} == {
        hex_id("web"): minutes(9) + SKEW,
        hex_id("other"): minutes(15) + SKEW,
    }


def test_a_moment_may_be_the_latest_of_its_bounds_but_not_later() -> None:
    (moment,) = of_image("removed", *SEEN, *GONE)
    assert moment.after(minutes(1)) == minutes(5) - SKEW
    assert moment.after(minutes(7)) == minutes(7)
    assert moment.after(moment.latest) == moment.latest
    assert moment.after(minutes(11)) is None
