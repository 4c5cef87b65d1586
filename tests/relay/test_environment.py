"""The docker command goes through the relay; grade-lab itself goes to the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.collect.endpoint import resolve
from grader.shell_environment import inside, outside

RELAY = "unix:///tmp/grade-lab-shell-1-x/docker.sock"
TLS = {"DOCKER_HOST": "tcp://far:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"}


@pytest.mark.parametrize(
    "env", [{}, {"DOCKER_HOST": "tcp://far:2375"}, TLS, {"DOCKER_CONTEXT": "default", "A": "b"}]
)
def test_inside_docker_finds_the_relay_and_grade_lab_the_engine(env: dict[str, str]) -> None:
    env = {"HOME": "/nobody", **env}
    shell = inside(env, RELAY)
    left = {name for name in shell if name.startswith("DOCKER_")}
    assert (shell["DOCKER_HOST"], left) == (RELAY, {"DOCKER_HOST"})
    assert outside(shell) == env
    assert resolve(shell, "linux") == resolve(env, "linux")


def test_a_learner_who_points_docker_elsewhere_is_followed() -> None:
    shell = {**inside({"HOME": "/nobody"}, RELAY), "DOCKER_HOST": "tcp://other:2375"}
    assert resolve(shell, "linux").hosts == ("tcp://other:2375",)


def test_the_certificates_are_those_from_outside() -> None:
    endpoint = resolve(inside(TLS, RELAY), "linux")
    assert (endpoint.hosts, endpoint.certificates) == (("tcp://far:2376",), Path("/c"))
