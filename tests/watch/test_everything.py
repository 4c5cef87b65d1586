"""A recording of everything: what was made since its start, and nothing of before."""

from __future__ import annotations

from typing import Any

import pytest

from grader.collect.events import Selection
from grader.facts import Event, Fact, Resource
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    FileNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    VolumeNeed,
)
from grader.watch.everything import Everything, interest
from grader.watch.interest import Interest
from grader.watch.made_up import is_made_up
from tests.factories import a_container, an_image, event, evidence_of, hex_id, saw, submitted

PAGE = "localhost:5000/me/page:1"
DOCKERFILE = "FROM nginx:1.27\nCOPY index.html /usr/share/nginx/html/\n"


def payload(what: str, id_: str, **attributes: str) -> dict[str, Any]:
    """An event as the engine tells it."""
    kind, _, action = what.partition(" ")
    actor = {"ID": id_, "Attributes": attributes}
    return {"Type": kind, "Action": action, "Actor": actor, "timeNano": 1_700_000_000_000_000_000}


def inspected(name: str, image: str = "nginx", port: str = "80/tcp") -> dict[str, Any]:
    return {
        "Id": hex_id(name),
        "Name": f"/{name}",
        "Config": {"Image": image, "Env": ["PASSWORD=hunter22"]},
        "HostConfig": {"PortBindings": {port: [{"HostPort": "8080"}]}},
        "State": {"Status": "running", "Running": True},
    }


def kept(*payloads: dict[str, Any]) -> tuple[list[str], Interest]:
    """The actions of the events that are recorded, and the interest that has seen them."""
    everything = interest()((), evidence_of())
    selection = Selection(everything.subjects)
    found = [selection.keep(told) for told in payloads]
    return [dated[1].action for dated in found if dated], everything


def test_a_container_is_recorded_from_its_creation_on() -> None:
    web = {"name": "web", "image": "nginx"}
    actions, everything = kept(
        payload("container create", hex_id("web"), **web),
        payload("container start", hex_id("web"), **web),
        payload("container destroy", hex_id("web"), **web),
    )
    assert actions == ["create", "start", "destroy"]
    assert everything.asked_of(inspected("web")) == [
        ContainerNeed(name="web", image="nginx:latest"),
        LogsNeed(name="web", image="nginx:latest"),
        HttpNeed(name="web", image="nginx:latest", port=80),
    ]


@pytest.mark.parametrize("port", ["8000-8010/tcp", "http/tcp", "\u00b2/tcp", "/tcp", "53/udp"])
def test_what_is_no_tcp_port_is_not_asked_by_http(port: str) -> None:
    _, everything = kept(payload("container create", hex_id("web"), name="web", image="nginx"))
    asked = everything.asked_of(inspected("web", port=port))
    assert [type(need) for need in asked] == [ContainerNeed, LogsNeed]


@pytest.mark.parametrize("action", ["start", "die", "stop", "exec_start: sh", "destroy"])
def test_of_a_container_that_was_there_before_nothing_is_recorded(action: str) -> None:
    actions, everything = kept(
        payload(f"container {action}", hex_id("theirs"), name="theirs", image="nginx")
    )
    assert actions == []
    assert everything.asked_of(inspected("theirs")) == []


def test_a_new_container_does_not_open_an_old_one_of_the_same_image_or_name() -> None:
    web = {"name": "web", "image": "nginx"}
    actions, everything = kept(
        payload("container create", hex_id("new"), name="web", image="nginx"),
        payload("container die", hex_id("web"), **web),
    )
    assert actions == ["create"]
    assert everything.asked_of(inspected("web")) == []


def test_a_container_without_a_name_of_its_own_is_never_looked_for_by_its_image() -> None:
    """Such a look would find whatever containers of that image were there before."""
    everything = interest()((), evidence_of())
    told = Event(type="container", action="create", id=hex_id("x"), name="zen_bohr", image="nginx")
    assert [*everything.raised_by(told)] == [ImageNeed(image="nginx:latest")]
    known = evidence_of(
        saw(ContainerNeed(image="nginx:latest"), a_container("zen_bohr", "nginx"), 1)
    )
    needs = interest()((), known).needs
    assert not [need for need in needs if isinstance(need, ContainerNeed | LogsNeed)]


def test_a_second_recording_of_a_lab_goes_on_with_what_the_first_one_saw() -> None:
    web = {"name": "web", "image": "nginx:latest"}
    before = evidence_of(event("container create", 1, id=hex_id("web"), **web))
    selection = Selection(interest()((), before).subjects)
    assert selection.keep(payload("container stop", hex_id("web"), name="web", image="nginx"))
    assert not selection.keep(payload("container stop", hex_id("old"), name="old", image="nginx"))


def test_the_steps_of_a_build_and_anonymous_volumes_are_none() -> None:
    actions, _ = kept(
        payload("container create", hex_id("step"), name="x", image=f"sha256:{hex_id('base')}"),
        payload("volume create", hex_id("anonymous")),
        payload("volume create", "data"),
        payload("volume destroy", "theirs"),
    )
    assert actions == ["create"]


def test_a_build_raises_looks_at_the_image_the_files_and_what_was_copied() -> None:
    evidence = evidence_of(submitted("Dockerfile", DOCKERFILE))
    everything = interest()((FileNeed(path="Dockerfile"),), evidence)
    assert isinstance(everything, Everything)
    tag = Event(type="image", action="tag", id=f"sha256:{hex_id('i')}", name=PAGE)
    raised = [*everything.raised_by(tag)]
    assert ImageNeed(image=PAGE) in raised
    assert FileNeed(path="Dockerfile") in raised
    place = "/usr/share/nginx/html/index.html"
    assert ContentNeed(image=PAGE, path=place) in raised
    assert ManifestNeed(image=PAGE) not in raised


def test_a_container_raises_a_look_at_what_its_image_holds_of_the_files() -> None:
    everything = interest()((), evidence_of(submitted("Dockerfile", DOCKERFILE)))
    made = Event(type="container", action="create", id=hex_id("web"), name="web", image=PAGE)
    place = "/usr/share/nginx/html/index.html"
    assert ContentNeed(image=PAGE, path=place) in [*everything.raised_by(made)]


def test_a_push_raises_a_look_at_the_registry_and_the_login() -> None:
    raised = [
        *interest()((), evidence_of()).raised_by(Event(type="image", action="push", name=PAGE))
    ]
    assert ManifestNeed(image=PAGE) in raised
    assert LoginNeed(registry="localhost:5000") in raised


@pytest.mark.parametrize(
    ("kind", "need"),
    [("volume", VolumeNeed(volume="data")), ("network", NetworkNeed(network="data"))],
)
def test_a_volume_and_a_network_are_looked_at_by_their_names(kind: str, need: Need[Fact]) -> None:
    made = Event(type=kind, action="create", id="data", name="data")
    assert [*interest()((), evidence_of()).raised_by(made)] == [need]


def test_an_image_without_a_name_raises_no_look() -> None:
    untagged = Event(type="image", action="delete", id=f"sha256:{hex_id('i')}")
    assert [*interest()((), evidence_of()).raised_by(untagged)] == []


def test_a_container_of_compose_is_looked_for_by_its_service() -> None:
    names = {"name": "shop-web-1", "image": "nginx", "service": "web"}
    made = Event(type="container", action="start", id=hex_id("web"), **names)
    assert [*interest()((), evidence_of()).raised_by(made)] == []
    labels = {"com.docker.compose.service": "web", "com.docker.compose.project": "shop"}
    container = inspected("shop-web-1")
    container["Config"]["Labels"] = labels
    _, everything = kept(payload("container create", hex_id("shop-web-1"), name="shop-web-1"))
    service = {"service": "web"}
    assert everything.asked_of(container) == [
        ContainerNeed(**service),
        LogsNeed(**service),
        HttpNeed(**service, port=80),
    ]


def test_a_recording_that_was_just_begun_knows_what_it_has_seen_itself() -> None:
    begin = interest()
    selection = Selection(begin((), evidence_of()).subjects)
    web = {"name": "web", "image": "nginx:latest"}
    assert selection.keep(payload("container create", hex_id("web"), **web))
    recorded = evidence_of(event("container create", 1, id=hex_id("web"), **web))
    assert begin((), recorded).asked_of(inspected("web"))


def test_what_was_recorded_is_looked_at_again_after_an_interruption() -> None:
    web = {"name": "web", "image": "nginx:latest"}
    evidence = evidence_of(
        saw(ContainerNeed(**web), a_container("web", "nginx"), 1),
        saw(ImageNeed(image=PAGE), an_image(PAGE), 1),
        saw(VolumeNeed(volume="data"), Resource(id="data", name="data"), 1),
        event("container start", 1, id=hex_id("web"), **web),
    )
    needs = interest()((), evidence).needs
    assert {ContainerNeed(**web), ImageNeed(image=PAGE), VolumeNeed(volume="data")} <= {*needs}


@pytest.mark.parametrize(
    ("name", "made_up"),
    [("zealous_turing", True), ("zen_bohr2", True), ("my_page", False), ("web", False)],
)
def test_names_that_docker_made_up_are_known(name: str, made_up: bool) -> None:
    assert is_made_up(name) is made_up
