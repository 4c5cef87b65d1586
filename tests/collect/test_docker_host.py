"""On which computer published ports are reached: here, far away, or around a container."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from grader.collect import docker_host as module
from grader.collect.docker_host import DockerHost, docker_host

SOCKET = "unix:///var/run/docker.sock"
ROUTES = "Iface\tDestination\tGateway\n{}eth0\t0010D50A\t00000000\n"


@pytest.fixture
def dev_container(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """grade-lab in a container on a bridge; where it reads its routes."""
    routes = tmp_path / "route"
    routes.write_text(ROUTES.format("eth0\t00000000\t0110D50A\n"))
    monkeypatch.setattr(module, "MARKS", (tmp_path,))
    monkeypatch.setattr(module, "NAMES", ("host.invalid",))
    monkeypatch.setattr(module, "ROUTES", routes)
    return routes


def seen(address: str = SOCKET, engine: str = "the-host") -> DockerHost:
    return docker_host(address, lambda: {"Name": engine})


def test_on_the_computer_itself_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "MARKS", (tmp_path / "none",))
    assert docker_host(SOCKET, lambda: pytest.fail("asked")) == DockerHost("127.0.0.1")


def test_an_engine_in_the_same_container_is_here(dev_container: Path) -> None:
    assert seen(engine=socket.gethostname()) == DockerHost("127.0.0.1")


def test_a_far_engine_is_where_its_address_says(dev_container: Path) -> None:
    assert seen("tcp://docker:2375") == DockerHost("docker")


def test_an_engine_outside_of_the_container_is_behind_its_gateway(dev_container: Path) -> None:
    assert seen() == DockerHost("10.213.16.1", is_certain=False)


def test_what_docker_desktop_calls_it_comes_first(
    dev_container: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NAMES", ("host.invalid", "localhost"))
    assert seen() == DockerHost("localhost", is_certain=False)


@pytest.mark.parametrize("text", [ROUTES.format(""), "", "x\ny\n", "x\ne 00000000 zz\n"])
def test_without_a_gateway_it_is_not_certain_to_be_here(dev_container: Path, text: str) -> None:
    dev_container.write_text(text)
    assert seen() == DockerHost("127.0.0.1", is_certain=False)
    dev_container.unlink()
    assert seen() == DockerHost("127.0.0.1", is_certain=False)
