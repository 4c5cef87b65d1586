"""The lesson done with buildx and Docker Compose: what other commands do is the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lab import compose
from lab.docker import DockerError
from lab.errors import LabUnavailableError

from tests.live.learners import Learner, Outcome

pytestmark = pytest.mark.live

SERVICE = """\
services:
  web:
    build: .
    image: {image}
    container_name: wisheasy
    ports: ["{port}:8000"]
    env_file: .env
"""


def log_in(learner: Learner) -> None:
    learner.login(os.environ["GRADE_LAB_REGISTRY_USER"], os.environ["GRADE_LAB_REGISTRY_PASSWORD"])


@pytest.fixture
def buildx(learner: Learner) -> None:
    try:
        learner.docker("buildx", "version")
    except DockerError:
        pytest.skip("the docker command has no buildx here")


def test_compose_in_place_of_the_single_commands(learner: Learner) -> None:
    try:
        compose.enable(Path(os.environ["DOCKER_CONFIG"]))
    except LabUnavailableError as reason:
        pytest.skip(f"no Docker Compose: {reason}")
    file = SERVICE.format(image=learner.remote, port=learner.port)
    (learner.folder / "compose.yaml").write_text(file, encoding="utf-8")
    learner.write_env()
    log_in(learner)
    learner.docker("compose", "build")
    learner.docker("tag", learner.remote, learner.local)
    learner.docker("compose", "push")
    learner.docker("image", "rm", learner.remote)
    learner.docker("compose", "pull")
    learner.docker("compose", "up", "--detach")
    learner.wait_for_app()
    learner.docker("compose", "exec", "-T", "web", "python", "-V")
    learner.write_quotes()
    before = Outcome.of(learner)
    assert before.statuses("push", "pull", "run", "answers-http", "exec") == {"pass"}
    learner.docker("compose", "down", "--rmi", "all", "--volumes")
    learner.docker("image", "rm", learner.local)
    assert Outcome.of(learner).not_passed == {}


@pytest.mark.usefixtures("buildx")
def test_built_once_more_to_be_pushed_it_is_the_same_image(learner: Learner) -> None:
    learner.build()
    log_in(learner)
    learner.docker("buildx", "build", "--push", "-t", learner.remote, ".")
    outcome = Outcome.of(learner)
    assert outcome.statuses("build", "tag", "push") == {"pass"}, outcome.not_passed


@pytest.mark.usefixtures("buildx")
def test_one_platform_of_an_image_is_pushed(learner: Learner) -> None:
    learner.build()
    learner.tag()
    log_in(learner)
    try:
        learner.docker("push", "--platform", "linux/amd64", learner.remote)
    except DockerError as error:
        pytest.skip(f"this engine pushes an image as a whole: {error.words}")
    learner.remove_remote_tag()
    learner.pull()
    outcome = Outcome.of(learner)
    assert outcome.statuses("tag", "push", "pull") == {"pass"}, outcome.not_passed


@pytest.mark.usefixtures("buildx")
def test_pushed_without_the_local_image_it_is_built_by_the_commands_that_are_told(
    learner: Learner,
) -> None:
    log_in(learner)
    learner.docker("buildx", "build", "--push", "-t", learner.remote, ".")
    outcome = Outcome.of(learner)
    assert outcome.statuses("build", "tag", "push") == {"unproven"}
    command = f"docker build -t {learner.local} -t {learner.remote} ."
    assert f"`{command}`, then `docker push {learner.remote}`" in outcome.told("push")
    learner.docker(*command.split()[1:])
    learner.push()
    outcome = Outcome.of(learner)
    assert outcome.statuses("build", "tag", "push") == {"pass"}, outcome.not_passed
