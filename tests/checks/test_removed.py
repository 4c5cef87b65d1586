"""`removed`: it was there, and is gone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from checks.removed import Removed
from grader.check import Status, Verdict
from grader.facts import Fact, Reason, Resource
from grader.journal import Entry
from grader.needs import ContainerNeed, EventsNeed, ImageNeed, Need, NetworkNeed, VolumeNeed
from grader.series import Strength
from tests.factories import a_container, an_image, event, hex_id, judged, minutes, saw

THINGS: dict[str, tuple[dict[str, str], Need[Any], Fact]] = {
    "container": ({"container": "web"}, ContainerNeed(name="web"), a_container("web")),
    "image": ({"image": "app:1"}, ImageNeed(image="app:1"), an_image("app:1")),
    "volume": ({"volume": "data"}, VolumeNeed(volume="data"), Resource(id="data", name="data")),
    "network": ({"network": "lab"}, NetworkNeed(network="lab"), Resource(id="1", name="lab")),
}
CONTAINER = {"id": hex_id("web"), "name": "web", "image": "app:1"}
IMAGE = {"id": an_image("app:1").id, "name": "app:1"}


def judge(kind: str, *entries: Entry) -> Verdict:
    return judged("removed", dict(THINGS[kind][0]), *entries)


def seen(kind: str, at: float = 1) -> Entry:
    return saw(THINGS[kind][1], THINGS[kind][2], at, run="a")


def not_seen(kind: str, reason: Reason = Reason.NOT_THERE) -> Entry:
    return saw(THINGS[kind][1], reason, at=20, run="b")


@pytest.mark.parametrize("kind", THINGS)
def test_seen_before_and_gone_now_passes_live(kind: str) -> None:
    verdict = judge(kind, seen(kind), not_seen(kind))
    assert verdict.status is Status.PASS
    assert {proof.strength for proof in verdict.proofs} == {Strength.RECORDED, Strength.LIVE}


@pytest.mark.parametrize("kind", THINGS)
def test_still_there_fails_with_the_command(kind: str) -> None:
    verdict = judge(kind, seen(kind))
    assert verdict.status is Status.FAIL
    assert "still" in str(verdict.message)
    assert "`docker " in str(verdict.hint)
    assert " rm " in str(verdict.hint)
    assert [proof.strength for proof in verdict.proofs] == [Strength.LIVE]
    assert verdict.pending


@pytest.mark.parametrize("kind", THINGS)
def test_never_there_is_unproven_and_a_failed_look_an_error(kind: str) -> None:
    assert judge(kind).status is Status.UNPROVEN
    assert judge(kind, not_seen(kind)).status is Status.UNPROVEN
    assert judge(kind, seen(kind), not_seen(kind, Reason.TIMEOUT)).status is Status.ERROR


def test_stopped_but_not_removed_is_told() -> None:
    stopped = saw(ContainerNeed(name="web"), a_container("web", status="exited", exit_code=0))
    verdict = judge("container", stopped)
    assert "was stopped, but not removed" in str(verdict.message)
    assert "`docker container rm web`" in str(verdict.hint)


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("container", [event("container create", 2, **CONTAINER)]),
        ("container", [event("container start", 2, **CONTAINER)]),
        ("image", [event("image tag", 2, **IMAGE)]),
        ("image", [event("image pull", 2, name="app:1")]),
        ("image", [event("container create", 2, **CONTAINER)]),
        ("image", [event("image untag", 2, **IMAGE)]),
        ("volume", [event("volume create", 2, id="data", name="data")]),
        ("network", [event("network create", 2, id="1", name="lab")]),
    ],
)
def test_an_event_also_tells_that_it_was_there(kind: str, events: list[Entry]) -> None:
    assert judge(kind, *events, not_seen(kind)).status is Status.PASS


@pytest.mark.parametrize(
    ("kind", "went"),
    [
        ("container", event("container destroy", 5, **CONTAINER)),
        ("image", event("image untag", 5, **IMAGE)),
        ("image", event("image delete", 5, id=IMAGE["id"])),
        ("volume", event("volume destroy", 5, id="data", name="data")),
        ("network", event("network destroy", 5, id="1", name="lab")),
    ],
)
def test_an_event_tells_that_it_went_also_when_the_engine_is_down(kind: str, went: Entry) -> None:
    down = not_seen(kind, Reason.ENGINE_UNREACHABLE)
    verdict = judge(kind, seen(kind), went, down)
    assert verdict.status is Status.PASS
    assert [proof.at for proof in verdict.proofs] == [minutes(1), minutes(5)]
    made_again = {
        "container": event("container create", 6, **CONTAINER),
        "image": event("image tag", 6, **IMAGE),
        "volume": event("volume create", 6, id="data", name="data"),
        "network": event("network create", 6, id="2", name="lab"),
    }[kind]
    assert judge(kind, seen(kind), went, made_again, down).status is Status.ERROR


def test_an_earlier_image_of_the_name_may_go_without_it() -> None:
    earlier = saw(THINGS["image"][1], an_image("app:1", id="sha256:old"), run="a")
    pruned = event("image delete", 5, id="sha256:old")
    down = not_seen("image", Reason.ENGINE_UNREACHABLE)
    assert judge("image", earlier, seen("image"), pruned, down).status is Status.ERROR


def test_an_untag_of_the_other_name_of_the_same_image_is_not_this_one() -> None:
    other = event("image untag", 5, id=IMAGE["id"], name="me/app:1")
    down = not_seen("image", Reason.ENGINE_UNREACHABLE)
    assert judge("image", seen("image"), other, down).status is Status.ERROR


@pytest.mark.parametrize("fields", [{}, {"container": "web", "image": "app:1"}, {"volume": ""}])
def test_anything_but_one_thing_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judged("removed", fields)


def test_of_many_events_the_last_of_each_kind_is_told() -> None:
    events = [
        event(f"container {action}", at, **CONTAINER)
        for at, action in enumerate(["create", "start", "destroy", "create", "start", "destroy"])
    ]
    verdict = judge("container", *events)
    assert verdict.status is Status.PASS
    told = [(proof.at, str(proof.detail)) for proof in verdict.proofs]
    assert told == [(minutes(4), "start"), (minutes(5), "destroy")]
    gone = judge("container", *events, not_seen("container"))
    assert [str(proof.detail) for proof in gone.proofs] == ["start", "destroy", "it is gone"]
    assert gone.proofs[-1].at == minutes(20)


@pytest.mark.parametrize("kind", ["container", "volume", "network"])
def test_another_thing_that_went_is_not_this_one(kind: str) -> None:
    made, went = (event(f"{kind} {did}", 5, id="2", name="other") for did in ("create", "destroy"))
    assert judge(kind, made, not_seen(kind)).status is Status.UNPROVEN
    same_name = event("volume destroy", 5, id="web", name=next(iter(THINGS[kind][0].values())))
    down = not_seen(kind, Reason.ENGINE_UNREACHABLE)
    assert judge(kind, seen(kind), went, down).status is Status.ERROR
    if kind != "volume":
        assert judge(kind, seen(kind), same_name, down).status is Status.ERROR


def test_an_image_that_only_an_event_tells_of_is_known_by_its_id_when_it_is_deleted() -> None:
    tagged = event("image tag", 2, **IMAGE)
    down = not_seen("image", Reason.ENGINE_UNREACHABLE)
    for id_, status in ((IMAGE["id"], Status.PASS), ("sha256:other", Status.ERROR)):
        deleted = event("image delete", 3, id=id_)
        assert judge("image", tagged, deleted, down).status is status


@pytest.mark.parametrize(
    ("action", "about"),
    [("untag", IMAGE), ("delete", IMAGE), ("untag", {"id": IMAGE["id"]})],
    ids=["untag", "delete", "untag as older engines tell it"],
)
def test_an_image_that_came_back_and_went_again_is_gone(action: str, about: dict[str, str]) -> None:
    looked = [seen("image"), saw(THINGS["image"][1], Reason.NOT_THERE, 2, "b")]
    back = event("image tag", 3, **IMAGE)
    verdict = judge("image", *looked, back)
    assert (verdict.status, verdict.proofs[0].at) == (Status.FAIL, minutes(3))
    went = event(f"image {action}", 4, **about)
    assert judge("image", *looked, back, went).status is Status.PASS
    earlier = event(f"image {action}", 2.5, **about)
    assert judge("image", *looked, earlier, back).status is Status.FAIL


@pytest.mark.parametrize(
    "went",
    [
        event("image delete", 4, id="sha256:old"),
        event("image untag", 4, id=IMAGE["id"], name="other:1"),
    ],
    ids=["an earlier image of the name", "another name of the image"],
)
def test_what_else_went_after_an_image_came_back_is_not_this_one(went: Entry) -> None:
    old = saw(THINGS["image"][1], an_image("app:1", id="sha256:old"), 1, "a")
    gone = saw(THINGS["image"][1], Reason.NOT_THERE, 2, "b")
    verdict = judge("image", old, gone, event("image tag", 3, **IMAGE), went)
    assert verdict.status is Status.FAIL


@pytest.mark.parametrize("kind", THINGS)
def test_what_is_later_in_the_journal_or_by_the_clock_alone_did_not_come_back(kind: str) -> None:
    (name,) = THINGS[kind][0].values()
    action = "tag" if kind == "image" else "create"
    before, after = (event(f"{kind} {action}", at, name=name) for at in (2, 25))
    assert judge(kind, not_seen(kind), before).status is Status.PASS
    assert judge(kind, after, not_seen(kind)).status is Status.PASS
    assert judge(kind, not_seen(kind), after).status is Status.FAIL


@pytest.mark.parametrize(
    "fields",
    [{"container": "web"}, {"image": "app:1"}, {"service": "web", "project": "shop"}],
    ids=lambda fields: next(iter(fields)),
)
def test_only_events_of_what_is_named_are_asked_for(fields: dict[str, str]) -> None:
    check = Removed(type="removed", **fields)
    picked = {"name" if key == "container" else key: value for key, value in fields.items()}
    assert EventsNeed(**picked) in check.needs()


@pytest.mark.parametrize("image", ["app@sha256:" + "0" * 64, IMAGE["id"][7:19]])
def test_a_container_of_the_image_by_another_name_does_not_bring_the_name_back(image: str) -> None:
    tagged, untagged = event("image tag", 1, **IMAGE), event("image untag", 2, **IMAGE)
    made = event("container create", 30, id=hex_id("web"), name="web", image=image)
    assert judge("image", tagged, untagged, not_seen("image"), made).status is Status.PASS


@pytest.mark.parametrize("action", ["create", "start"])
def test_a_service_that_came_back_is_not_removed(action: str) -> None:
    fields = {"service": "web", "project": "shop"}

    def did(what: str, at: float, **about: str) -> Entry:
        about = {"id": hex_id("web"), "name": "shop-web-1", **fields, **about}
        return event(f"container {what}", at, **about)

    down = saw(ContainerNeed(**fields), Reason.ENGINE_UNREACHABLE, at=9)
    went = did("destroy", 3)
    assert judged("removed", fields, went, down).status is Status.PASS
    assert judged("removed", fields, went, did(action, 4), down).status is Status.ERROR
    for other in ({"service": "store"}, {"project": "stall"}):
        elsewhere = did(action, 4, **other), did("destroy", 5, **other)
        assert judged("removed", fields, went, *elsewhere, down).status is Status.PASS
        assert judged("removed", fields, elsewhere[1], down).status is Status.ERROR


def test_a_container_that_only_lost_its_name_was_not_removed() -> None:
    renamed = event("container rename", at=10, **{**CONTAINER, "name": "old"})
    verdict = judge("container", seen("container"), renamed, not_seen("container"))
    assert verdict.status is Status.UNPROVEN
    assert "renamed to old" in str(verdict.message)
    assert "`docker rm -f old`" in str(verdict.hint)
    gone = event("container destroy", at=11, **{**CONTAINER, "name": "old"})
    passed = judge("container", seen("container"), renamed, gone, not_seen("container"))
    assert passed.status is Status.PASS


def test_a_container_that_got_its_name_back_can_be_removed() -> None:
    away, back = (
        event("container rename", at=at, **{**CONTAINER, "name": name})
        for at, name in ((10, "old"), (11, "web"))
    )
    verdict = judge("container", seen("container"), away, back, not_seen("container"))
    assert verdict.status is Status.PASS


def test_a_container_that_was_never_started_was_not_stopped() -> None:
    created = saw(ContainerNeed(name="web"), a_container("web", status="created"))
    assert str(judge("container", created).message) == "container web is still there"
