"""What a real registry tells, and how often engine and registry are asked."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grader.facts import Manifest, Reason
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EventsNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
)
from tests.live.conftest import Registry, Workshop
from tests.live.looking import look, serve

pytestmark = pytest.mark.live


def logged_in(registry: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log in as the docker command does, into a configuration of our own."""
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    subprocess.run(
        ["docker", "login", "--username", registry.user, "--password-stdin", registry.address],
        input=registry.password,
        text=True,
        check=True,
        capture_output=True,
    )


def test_the_registry_tells_what_it_holds(
    workshop: Workshop,
    app: str,
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remote = f"{registry.address}/{app}"
    there, gone = ManifestNeed(image=remote), ManifestNeed(image=f"{remote}x")
    login = LoginNeed(registry=registry.address)
    workshop.api.tag(app, *remote.rsplit(":", 1))
    told = list(workshop.api.push(remote, auth_config=registry.auth, stream=True, decode=True))
    assert not any("error" in line for line in told), told
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    outside = look(there, login)
    assert outside.reason(there) is Reason.DENIED
    assert outside.reason(login) is Reason.NOT_THERE
    logged_in(registry, tmp_path, monkeypatch)
    looked = look(there, gone, login, ImageNeed(image=remote), EventsNeed(image=remote))
    manifest: Manifest = looked.one(there)
    assert (
        f"{remote.rpartition(':')[0]}@{manifest.digest}"
        in looked.one(ImageNeed(image=remote)).digests
    )
    assert looked.reason(gone) is Reason.NOT_THERE
    assert looked.one(login).registry == registry.address
    assert looked.steps() == ["tag", "tag", "push"]
    kept = "".join(o.model_dump_json() for o in looked.observations)
    assert registry.password not in kept
    assert (
        json.loads((tmp_path / "config.json").read_text())["auths"][registry.address]["auth"]
        not in kept
    )


def test_a_registry_that_cannot_be_reached_is_asked_once(calls: list[str]) -> None:
    needs = [ManifestNeed(image=f"127.0.0.1:1/me/app:{tag}") for tag in range(3)]
    looked = look(*needs)
    assert {looked.reason(need) for need in needs} == {Reason.REGISTRY_UNREACHABLE}
    assert sum("/distribution/" in path for path in calls) == 1


def test_the_number_of_calls_does_not_grow_with_what_the_machine_holds(
    workshop: Workshop, app: str, name: str, calls: list[str]
) -> None:
    serve(workshop, name, app)
    needs: list[Need[Any]] = [
        *(EngineNeed(), ImageNeed(image=app), ContainerNeed(name=name), ContainerNeed(image=app)),
        *(LogsNeed(name=name), HttpNeed(name=name, port=8000), EventsNeed(name=name)),
        *(ContentNeed(image=app, path="/app"), EventsNeed(image=app)),
    ]

    def counted() -> Counter[str]:
        calls.clear()
        look(*needs)
        return Counter(path.partition("?")[0] for path in calls)

    few = counted()
    other = f"{app}-other"
    workshop.image(other, f"FROM {workshop.base}\nLABEL other=yes\n")
    for number in range(60):
        workshop.api.tag(other, *f"{other}-{number}".rsplit(":", 1))
    for number in range(30):
        workshop.api.create_container(
            f"{other}-{number}", ["true"], name=f"{name}-{number}", labels=workshop.labels
        )
    assert counted() == few
    assert few.total() <= 12
