# ruff: noqa: S101 # assertions are how pytest tests
"""The twelve facts for pytest-testinfra, on the host where the docker command is.

Written as its documentation shows: each test asks for what it needs. With BENCH_INSPECT=module
an image or container is inspected once for all tests, the best that its users can do.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from testinfra.host import Host

LOCAL, REMOTE, PORT = (os.environ[f"BENCH_{name}"] for name in ("LOCAL", "REMOTE", "PORT"))
NAME = "wisheasy"
SCOPE: Any = os.environ.get("BENCH_INSPECT", "function")


def inspect_image(host: Host, reference: str) -> Any:
    return json.loads(host.check_output("docker image inspect %s", reference))[0]


@pytest.fixture(scope=SCOPE)
def image(host: Host) -> Any:
    return inspect_image(host, LOCAL)


@pytest.fixture(scope=SCOPE)
def container(host: Host) -> Any:
    return host.docker(NAME).inspect()


def test_engine_is_recent(host: Host) -> None:
    version = host.docker.server_version()
    assert tuple(int(part) for part in version.split(".")[:2]) >= (20, 10)


def test_image_is_there(image: Any) -> None:
    assert image["Id"]


def test_image_exposes_port(image: Any) -> None:
    assert "8000/tcp" in image["Config"]["ExposedPorts"]


def test_image_command(image: Any) -> None:
    assert image["Config"]["Cmd"] == ["python", "app.py"]


def test_image_working_directory(image: Any) -> None:
    assert image["Config"]["WorkingDir"] == "/app"


def test_image_user(image: Any) -> None:
    assert image["Config"]["User"] == "wisheasy"


def test_second_tag_is_the_same_image(host: Host, image: Any) -> None:
    assert inspect_image(host, REMOTE)["Id"] == image["Id"]


def test_container_runs(container: Any) -> None:
    assert container["State"]["Running"]


def test_container_is_of_the_image(container: Any) -> None:
    assert container["Config"]["Image"] == REMOTE


def test_container_publishes_port(container: Any) -> None:
    bindings = container["HostConfig"]["PortBindings"]["8000/tcp"]
    assert PORT in [binding["HostPort"] for binding in bindings]


def test_container_has_environment(container: Any) -> None:
    names = {pair.partition("=")[0] for pair in container["Config"]["Env"]}
    assert {"WISHEASY_OWNER", "WISHEASY_GREETING"} <= names


def test_log_says_that_it_started(host: Host) -> None:
    log = host.run("docker logs %s", NAME)
    assert "wisheasy is listening on port 8000" in log.stdout + log.stderr
