"""Recorded answers of real engines, made into facts."""

from __future__ import annotations

from typing import Any

import pytest

from grader.collect import shapes
from grader.facts import PortBinding
from tests.collect.recorded_answers import ENGINES, recorded


@pytest.mark.parametrize("engine", ENGINES)
def test_an_image_is_told_alike_whatever_the_engine(engine: str) -> None:
    answers = recorded(engine)
    image = shapes.image(answers["image"], answers["history"])
    assert image.id.startswith("sha256:")
    assert image.exposes == ("8000/tcp",)
    assert image.command == ("python", "app.py")
    assert image.workdir == "/app"
    assert image.platform == "linux/amd64"
    assert set(image.env) == {"PATH", "LANG"}
    assert "EXPOSE" in image.history[-2]
    assert "CMD" in image.history[-1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_container_is_told_alike_whatever_the_engine(engine: str) -> None:
    answers = recorded(engine)
    container = shapes.container(answers["container"], shapes.environment(answers["image"]))
    assert container.name == "wisheasy"
    assert container.image_id == shapes.image_id(answers["image"])
    assert container.running
    assert container.exit_code is None
    assert container.detached
    assert container.env["PATH"] == "image"
    assert "run" in container.env.values()


@pytest.mark.parametrize("engine", ENGINES)
def test_no_value_of_a_variable_is_kept(engine: str) -> None:
    answers = recorded(engine)
    container = shapes.container(answers["container"], {})
    image = shapes.image(answers["image"], answers["history"])
    kept = container.model_dump_json() + image.model_dump_json()
    for name, value in shapes.environment(answers["container"]).items():
        assert name in kept
        assert len(value) < 4 or value not in kept


def test_an_engine_tells_what_it_is() -> None:
    docker, containerd, podman = (
        shapes.engine(answers["version"], answers["info"], "unix:///var/run/docker.sock")
        for answers in map(recorded, ENGINES)
    )
    assert (docker.product, docker.version, docker.containerd_store) == (
        "Docker Engine",
        "20.10.24+dfsg1",
        False,
    )
    assert containerd.containerd_store
    assert podman.product == "Podman"


def test_an_engine_is_known_by_its_id_where_it_keeps_one() -> None:
    old, docker, podman = map(recorded, ENGINES)
    assert shapes.engine(docker["version"], {"ID": "kept"}, "").id == "kept"
    assert shapes.engine(podman["version"], {"ID": "made up"}, "").id == ""
    assert shapes.engine(old["version"], {"ID": "MAYBE:LOST"}, "").id == ""
    assert shapes.engine({"ApiVersion": "odd"}, {"ID": "x"}, "").id == ""


def test_docker_desktop_is_told_from_a_plain_engine() -> None:
    version = {"Version": "28.0.1", "Platform": {"Name": "Docker Desktop 4.39.0 (184744)"}}
    assert shapes.engine(version, {}, "").product == "Docker Desktop"
    assert shapes.engine({}, {"OperatingSystem": "Docker Desktop"}, "").product == "Docker Desktop"


def test_keys_that_newer_engines_leave_out_are_empty() -> None:
    assert shapes.image({"Id": "sha256:1"}, []).labels == {}
    container = shapes.container({"Id": "1", "Name": "/web", "State": {"Status": "running"}}, {})
    assert container.ports == ()
    assert container.restart == "no"
    assert shapes.manifest({}).digest == ""


def test_a_manifest_tells_its_platforms_without_attestations() -> None:
    fact = shapes.manifest(recorded("docker-26-containerd")["dist"])
    assert fact.digest.startswith("sha256:")
    assert fact.platforms == ("linux/amd64",)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_no_zone_can_tell_is_none(time: str) -> None:
    assert shapes.container({"State": {"StartedAt": time}, "Created": time}, {}).started is None


def test_a_pulled_image_was_never_tagged_here() -> None:
    zero = {"Metadata": {"LastTagTime": "0001-01-01T00:00:00Z"}}
    assert shapes.image(zero, []).last_tagged is None
    assert shapes.image(recorded("docker-20")["image"], []).last_tagged is not None


def test_the_engines_own_record_of_an_images_origin() -> None:
    identity = {
        "Identity": {"Build": [{"Ref": "x"}], "Pull": [{"Repository": "y"}], "Signature": []}
    }
    assert shapes.image(identity, []).identity == ("build", "pull")


@pytest.mark.parametrize(
    ("comment", "origins"),
    [("buildkit.dockerfile.v0", ("pull",)), ("Imported from -", ()), (None, ())],
)
def test_a_push_is_not_taken_for_a_pull(comment: str | None, origins: tuple[str, ...]) -> None:
    pushed = {"Comment": comment, "Identity": {"Pull": [{"Repository": "127.0.0.1/me/app"}]}}
    assert shapes.image(pushed, []).identity == origins


HOST = {"PortBindings": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (HOST, [PortBinding(container="8000/tcp", host="8080", ip="127.0.0.1")]),
        ({"PortBindings": None, "PublishAllPorts": True}, [PortBinding(container="8000/tcp")]),
        ({"PortBindings": {"8000/tcp": [{"HostPort": ""}]}}, [PortBinding(container="8000/tcp")]),
        ({"PortBindings": {"8000/tcp": None}}, []),
        ({}, []),
    ],
)
def test_the_ports_are_those_that_were_asked_for(
    host: dict[str, Any], expected: list[PortBinding]
) -> None:
    stopped = {"HostConfig": host, "Config": {"ExposedPorts": {"8000/tcp": {}}}}
    assert list(shapes.container(stopped, {}).ports) == expected


@pytest.mark.parametrize(
    ("state", "exit_code", "has_finished"),
    [
        ({"Status": "exited", "ExitCode": 0}, 0, True),
        ({"Status": "exited", "ExitCode": 137}, 137, True),
        ({"Status": "running", "ExitCode": 0}, None, False),
        ({"Status": "created", "ExitCode": 0}, None, False),
        ({"Status": "created", "ExitCode": 127}, 127, False),
        ({"Status": "restarting", "ExitCode": 1}, 1, True),
    ],
)
def test_how_a_container_ended(
    state: dict[str, Any], exit_code: int | None, has_finished: bool
) -> None:
    times = {"StartedAt": "0001-01-01T00:00:00Z", "FinishedAt": "2026-01-02T03:04:05.123456789Z"}
    fact = shapes.container({"State": {**state, **times}}, {})
    assert fact.exit_code == exit_code
    assert fact.started is None
    assert (fact.finished is not None) is has_finished


@pytest.mark.parametrize(
    ("test", "has_one"),
    [
        (["CMD", "true"], True),
        (["CMD-SHELL", "true"], True),
        (["NONE"], False),
        ([], False),
        (None, False),
    ],
)
def test_whether_there_is_a_health_check(test: list[str] | None, has_one: bool) -> None:
    config = {"Config": {"Healthcheck": {"Test": test}}}
    assert shapes.image(config, []).healthcheck is has_one
    assert shapes.container(config, {}).health == ("starting" if has_one else "none")
    assert shapes.image({}, []).healthcheck is False


@pytest.mark.parametrize("status", ["starting", "healthy", "unhealthy", "none"])
def test_a_containers_health_is_told(status: str) -> None:
    assert shapes.container({"State": {"Health": {"Status": status}}}, {}).health == status


def test_mounts_of_every_kind() -> None:
    inspected = {
        "Mounts": [
            {"Type": "volume", "Name": "data", "Source": "/var/lib/x", "Destination": "/data"},
            {"Type": "bind", "Source": "/home/me/src", "Destination": "/app"},
        ],
        "HostConfig": {"Tmpfs": {"/run": ""}},
    }
    mounts = [(m.type, m.source, m.target) for m in shapes.container(inspected, {}).mounts]
    assert mounts == [
        ("volume", "data", "/data"),
        ("bind", "/home/me/src", "/app"),
        ("tmpfs", "", "/run"),
    ]


def test_a_secret_given_to_the_containers_command_is_masked() -> None:
    inspected = {"Config": {"Cmd": ["serve", "--password", "hunter22", "--port", "80"]}}
    assert shapes.container(inspected, {}).command == ("serve", "--password", "***", "--port", "80")
