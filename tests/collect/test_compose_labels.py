"""Of a container's labels, those of Compose alone are kept; by them it is found."""

from __future__ import annotations

from typing import Any

import pytest

from grader.collect import event_shapes, shapes
from grader.collect.answer import AbsentError
from grader.collect.events import Subjects
from grader.collect.view import EngineView
from grader.facts import Container, Event
from grader.needs import ContainerNeed
from tests.factories import evidence_of

LABELS = {
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": "web",
    "com.docker.compose.project.working_dir": "/home/haneul/shop",
    "owner": "haneul@example.com",
}


def inspected(name: str, **labels: str) -> dict[str, Any]:
    config = {"Image": "app:1", "Labels": {**LABELS, **labels}}
    return {"Id": f"id-of-{name}", "Name": f"/{name}", "Config": config, "State": {}}


class Engine:
    """Containers, as the engine lists and inspects them."""

    def __init__(self, *containers: dict[str, Any]) -> None:
        self._by_id = {container["Id"]: container for container in containers}

    def containers(self) -> list[dict[str, Any]]:
        return [{"Id": c["Id"], "Labels": c["Config"]["Labels"]} for c in self._by_id.values()]

    def container(self, name: str) -> dict[str, Any]:
        return self._by_id[name]


def found(need: ContainerNeed) -> list[str]:
    engine = Engine(
        inspected("shop_web_1"),
        inspected("shop-web-2"),
        inspected("shop-store-1", **{"com.docker.compose.service": "store"}),
        inspected("stall-web-1", **{"com.docker.compose.project": "stall"}),
    )
    view = EngineView(engine, evidence_of())
    return [shapes.name(container) for container in view.containers(need)]


def test_a_container_and_an_event_tell_project_and_service_and_no_other_label() -> None:
    container = shapes.container(inspected("shop-web-1"), {})
    assert (container.project, container.service) == ("shop", "web")
    actor = {"ID": "c1", "Attributes": {**LABELS, "name": "shop-web-1", "image": "app:1"}}
    event = event_shapes.event({"Type": "container", "Action": "start", "Actor": actor})
    assert event is not None
    assert (event.project, event.service) == ("shop", "web")
    assert "haneul" not in container.model_dump_json() + event.model_dump_json()


def test_a_label_of_any_length_is_cut() -> None:
    long = inspected("web", **{"com.docker.compose.service": "x" * 100_000})
    assert len(shapes.container(long, {}).service) <= 255


def test_what_was_recorded_before_there_were_services_is_still_read() -> None:
    old = {"id": "1", "name": "web", "image": "app:1", "image_id": "", "status": "running"}
    assert Container.model_validate(old).service == ""
    assert Event.model_validate({"type": "container", "action": "start"}).project == ""


def test_containers_are_found_by_service_and_project() -> None:
    assert found(ContainerNeed(service="web", project="shop")) == ["shop_web_1", "shop-web-2"]
    assert found(ContainerNeed(service="store")) == ["shop-store-1"]
    with pytest.raises(AbsentError):
        found(ContainerNeed(service="web", project="other"))


def test_events_of_a_service_concern_whoever_asked_for_it() -> None:
    event = Event(type="container", action="start", id="1", service="web", project="shop")
    assert Subjects(services={("web", "shop")}).concerned(event)
    assert Subjects(services={("web", None)}).concerned(event)
    assert not Subjects(services={("web", "stall"), ("store", None)}).concerned(event)


def test_a_network_tells_who_is_in_it_and_a_mount_whether_it_is_read_only() -> None:
    endpoints = {"c1": {"Name": "web"}, "c2": {"Name": "store"}, "c3": None}
    network = shapes.network({"Id": "1", "Name": "lab", "Internal": True, "Containers": endpoints})
    assert (network.internal, network.attached) == (True, ("store", "web"))
    mount = {"Type": "volume", "Name": "data", "Destination": "/data", "RW": False}
    assert shapes.container({"Mounts": [mount]}, {}).mounts[0].read_only is True
