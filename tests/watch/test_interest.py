"""Which needs an event makes worth a look."""

from __future__ import annotations

import pytest

from grader.facts import Event, Fact
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EventsNeed,
    FileNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    RegistryImageNeed,
    VolumeNeed,
)
from grader.watch.interest import Interest
from tests.factories import event, evidence_of

PUSHED = "localhost:5000/me/app:1"
NEEDS: tuple[Need[Fact], ...] = (
    EngineNeed(),
    ImageNeed(image="app:1"),
    ImageNeed(image=PUSHED),
    ContentNeed(image="app:1", path="/app"),
    ManifestNeed(image=PUSHED),
    RegistryImageNeed(image=PUSHED),
    LoginNeed(registry="localhost:5000"),
    ContainerNeed(name="web"),
    ContainerNeed(image="app:1"),
    LogsNeed(name="web"),
    HttpNeed(name="web", port=8000),
    EventsNeed(name="web"),
    VolumeNeed(volume="data"),
    NetworkNeed(network="net"),
    FileNeed(path="Dockerfile"),
)
ID = "sha256:" + "a" * 64


def kind(need: Need[Fact]) -> str:
    return str(getattr(need, "kind", ""))


def kinds(happened: Event) -> set[str]:
    evidence = evidence_of(
        event("image tag", 0, id=ID, name="app:1"),
        event("container start", 1, id="c9", name="web", image="app:1"),
    )
    return {
        f"{kind(need)} {getattr(need, 'image', None) or getattr(need, 'name', None) or ''}".strip()
        for need in Interest(NEEDS, evidence).raised_by(happened)
    }


@pytest.mark.parametrize(
    ("action", "about", "raised"),
    [
        ("tag", {"name": "app:1"}, {"image app:1", "content app:1", "file"}),
        ("tag", {"name": PUSHED}, {f"image {PUSHED}", "file"}),
        ("pull", {"name": PUSHED}, {f"image {PUSHED}", "login"}),
        (
            "push",
            {"name": PUSHED},
            {f"image {PUSHED}", f"manifest {PUSHED}", f"registry-image {PUSHED}", "login"},
        ),
        ("pull", {"name": PUSHED.rpartition(":")[0]}, {f"image {PUSHED}", "login"}),
        ("untag", {"id": ID}, {"image app:1"}),
        ("delete", {"id": ID}, {"image app:1"}),
        ("tag", {"name": "other:1"}, {"file"}),
        (
            "load",
            {"id": "sha256:" + "b" * 64},
            {"image app:1", "content app:1", f"image {PUSHED}", "file"},
        ),
        ("untag", {"id": "sha256:" + "b" * 64}, set()),
    ],
)
def test_an_image_event(action: str, about: dict[str, str], raised: set[str]) -> None:
    assert kinds(Event(type="image", action=action, **about)) == raised


@pytest.mark.parametrize("action", ["create", "start", "die", "destroy", "pause", "health_status"])
def test_a_container_event_by_name_and_by_image(action: str) -> None:
    joined = {"network"} if action in {"start", "die"} else set()
    named = Event(type="container", action=action, id="c1", name="web", image="other:1")
    assert kinds(named) == {"container web", "logs web", "http web"} | joined
    made = Event(type="container", action=action, id="c1", name="eager_elk", image="app:1")
    assert kinds(made) == {"container app:1"} | joined


def test_a_container_event_by_compose_service() -> None:
    needs = (ContainerNeed(service="web", project="shop"), HttpNeed(service="web", port=80))
    interest = Interest(needs, evidence_of())
    about = {"type": "container", "action": "start", "id": "c1", "name": "shop_web_1"}
    assert set(interest.raised_by(Event(**about, service="web", project="shop"))) == set(needs)
    assert not list(interest.raised_by(Event(**about, service="store", project="shop")))


def test_a_container_is_asked_about_by_its_labels() -> None:
    needs = (ContainerNeed(service="web", project="shop"), ContainerNeed(service="store"))
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
    asked = Interest(needs, evidence_of()).asked_of({"Config": {"Labels": labels}})
    assert asked == [needs[0]]


def test_a_container_that_was_known_by_another_name() -> None:
    renamed = Event(type="container", action="die", id="c9", name="old", image="other:1")
    assert "container web" in kinds(renamed)


def test_an_exec_changes_nothing_that_is_looked_at() -> None:
    assert kinds(Event(type="container", action="exec_start", id="c1", name="web")) == set()


def test_volumes_and_networks_by_name() -> None:
    assert kinds(Event(type="volume", action="create", name="data")) == {"volume"}
    assert kinds(Event(type="network", action="destroy", name="net")) == {"network"}
    assert kinds(Event(type="network", action="destroy", name="other")) == set()


def test_an_inspected_container_is_matched_by_name_image_and_image_id() -> None:
    interest = Interest(NEEDS, evidence_of(event("image tag", 0, id=ID, name="app:1")))

    def asked(name: str, image: str, image_id: str = "") -> set[str]:
        container = {"Id": "c1", "Name": f"/{name}", "Config": {"Image": image}, "Image": image_id}
        return {kind(need) for need in interest.asked_of(container)}

    assert asked("web", "other:1") == {"container", "logs", "http"}
    assert asked("elk", "docker.io/library/app:1") == {"container"}
    assert asked("elk", "aaaaaaaaaaaa", ID) == {"container"}
    assert asked("elk", "other:1", "sha256:" + "c" * 64) == set()
