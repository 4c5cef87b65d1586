"""`volume` and `network`: one exists, or existed."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status
from grader.facts import Reason, Resource
from grader.needs import ContainerNeed, EventsNeed, NetworkNeed, VolumeNeed
from grader.plugins import check_type
from tests.factories import a_container, event, judged, minutes, saw

VOLUME, NETWORK = VolumeNeed(volume="data"), NetworkNeed(network="lab")
DATA = Resource(id="data", name="data", driver="local")
LAB = Resource(id="1", name="lab", driver="bridge", attached=("store", "web"))


def volume(*entries: Any, **fields: Any) -> Any:
    return judged("volume", {"volume": "data", **fields}, *entries)


def network(*entries: Any, **fields: Any) -> Any:
    return judged("network", {"network": "lab", **fields}, *entries)


def test_one_that_was_seen_passes_also_when_it_is_gone() -> None:
    gone = saw(VOLUME, Reason.NOT_THERE, at=2, run="b")
    assert volume(saw(VOLUME, DATA)).status is Status.PASS
    assert volume(saw(VOLUME, DATA), gone, driver="local").status is Status.PASS
    assert volume(saw(VOLUME, DATA), gone, when="now").status is Status.FAIL


def test_one_that_only_an_event_tells_of_passes_but_its_driver_is_unknown() -> None:
    made = event("volume create", name="data", id="data")
    gone = saw(VOLUME, Reason.NOT_THERE, at=2)
    assert volume(made, gone).status is Status.PASS
    assert volume(event("volume destroy", name="data", id="data"), gone).status is Status.PASS
    assert volume(made, gone, driver="local").status is Status.UNPROVEN
    assert network(event("network create", name="lab"), internal=True).status is Status.UNPROVEN
    assert network(event("network create", name="lab"), driver="bridge").status is Status.UNPROVEN
    assert network(event("network create", name="data")).status is Status.UNPROVEN


def test_one_of_which_nothing_was_seen_is_unproven_with_the_command_to_type() -> None:
    verdict = volume(saw(VOLUME, Reason.NOT_THERE))
    assert verdict.status is Status.UNPROVEN
    assert "docker volume create data" in str(verdict.hint)
    assert "docker network create --internal lab" in str(network(internal=True).hint)


def test_an_engine_that_is_away_is_no_fault() -> None:
    assert volume(saw(VOLUME, Reason.ENGINE_UNREACHABLE)).status is Status.ERROR
    assert network(saw(NETWORK, Reason.ENGINE_UNREACHABLE)).status is Status.ERROR


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"driver": "bridge"}, Status.PASS),
        ({"driver": "overlay"}, Status.PARTIAL),
        ({"internal": False}, Status.PASS),
        ({"internal": True}, Status.PARTIAL),
        ({"attached": ["web", "store"]}, Status.PASS),
        ({"attached": ["web", "other"]}, Status.PARTIAL),
    ],
)
def test_what_is_stated_of_a_network(fields: dict[str, Any], status: Status) -> None:
    assert network(saw(NETWORK, LAB), **fields).status is status


def test_who_was_in_a_network_is_also_told_by_the_containers() -> None:
    empty = saw(NETWORK, LAB.model_copy(update={"attached": ()}))
    ran = a_container("web", networks=("lab",), started=minutes(1))
    never_ran = a_container("web", networks=("lab",), status="created")
    need = ContainerNeed(name="web")
    assert network(empty, saw(need, ran), attached=["web"]).status is Status.PASS
    verdict = network(empty, saw(need, never_ran), attached=["web"])
    assert verdict.status is Status.PARTIAL
    assert "docker network connect lab web" in str(verdict.hint)


def test_what_has_to_be_there_now_is_not_when_it_is_gone() -> None:
    gone = saw(NETWORK, Reason.NOT_THERE, at=2, run="b")
    assert network(saw(NETWORK, LAB), gone).status is Status.PASS
    assert network(saw(NETWORK, LAB), gone, when="now").status is Status.FAIL
    made = event("network create", name="lab")
    assert network(made, gone, when="now").status is Status.FAIL


def test_a_network_of_another_kind_has_to_be_made_anew() -> None:
    verdict = network(saw(NETWORK, LAB), driver="overlay", internal=True)
    again = "`docker network rm lab`, then `docker network create --driver overlay --internal lab`"
    assert again in str(verdict.hint)
    assert str(verdict.actual) == "driver bridge, not an internal network"


def test_what_passed_is_named() -> None:
    assert "volume data" in str(volume(saw(VOLUME, DATA)).message)
    assert "network lab" in str(network(saw(NETWORK, LAB)).message)


def test_a_container_may_yet_be_attached() -> None:
    verdict = network(saw(NETWORK, LAB), attached=["web", "other", "third"])
    assert verdict.pending
    assert str(verdict.message) == "container other is not in the network lab"
    assert str(verdict.actual) == "not in this network: other, third"
    assert not network(saw(NETWORK, LAB), driver="overlay").pending


def test_a_volume_with_another_driver_is_told_with_the_command_that_makes_the_right_one() -> None:
    verdict = volume(saw(VOLUME, DATA), driver="nfs")
    assert (str(verdict.expected), str(verdict.actual)) == ("driver nfs", "driver local")
    assert "`docker volume create --driver nfs data`" in str(verdict.hint)


def test_what_happened_to_containers_of_a_network_is_recorded_too() -> None:
    fields = {"type": "network", "network": "lab", "attached": ("web",)}
    needs = set(check_type("network").model_validate(fields).needs())
    assert {ContainerNeed(name="web"), EventsNeed(name="web")} <= needs
