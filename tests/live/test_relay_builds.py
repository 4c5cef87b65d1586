"""Large things go through the relay of `grade-lab shell` whole: builds, pushes and pulls."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import LABEL, Registry, Workshop
from tests.live.recorded_shell import SECONDS, Lab, noise, recorded_lab

pytestmark = pytest.mark.live

DATA = noise(12 * 2**20)
COMMANDS = ("docker", "/usr/bin/docker")
"""A distribution's older docker command builds with BuildKit without a plug-in."""


@pytest.fixture
def lab(tmp_path: Path, workshop: Workshop) -> Iterator[Lab]:
    with recorded_lab(tmp_path / "lab", workshop) as opened_lab:
        yield opened_lab


@pytest.fixture
def context(tmp_path: Path, workshop: Workshop) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "data").write_bytes(DATA)
    dockerfile = f"FROM {workshop.base}\nLABEL {LABEL}={workshop.mark}\nCOPY data /data\n"
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    return folder


def digest_in(lab: Lab, image: str) -> str:
    return lab.done("run", "--rm", image, "sha256sum", "/data").split()[0].decode()


def test_a_large_build_push_and_pull_arrive_whole(
    lab: Lab, registry: Registry, context: Path, tmp_path: Path
) -> None:
    image = f"{registry.address}/{lab.name}:1"
    password = registry.password.encode()
    config = {"DOCKER_CONFIG": str(tmp_path / "config")}
    lab.done("build", "-t", image, str(context), DOCKER_BUILDKIT="0")
    login = ("login", "-u", registry.user, "--password-stdin", registry.address)
    lab.done(*login, stdin=password, **config)
    lab.done("push", image, **config)
    lab.done("image", "rm", image)
    lab.done("pull", image, **config)
    assert digest_in(lab, image) == hashlib.sha256(DATA).hexdigest()
    lab.done("ps")
    lab.close()
    for kept in (lab.folder / ".grade-lab").iterdir():
        assert password not in kept.read_bytes()


def test_buildkit_builds_over_its_upgraded_connections(
    lab: Lab, context: Path, workshop: Workshop
) -> None:
    def build(command: str, tag: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [command, "build", "-t", tag, context],
            env={**os.environ, "DOCKER_BUILDKIT": "1", **env},
            capture_output=True,
            timeout=SECONDS,
        )

    usable = (name for name in COMMANDS if _runs(name) and build(name, lab.image).returncode == 0)
    command = next(usable, None)
    if command is None:
        pytest.skip("no docker command here can build with BuildKit")
    (context / "data").write_bytes(DATA[::-1])
    done = build(command, lab.image, **lab.relay)
    assert done.returncode == 0, done.stderr
    assert digest_in(lab, lab.image) == hashlib.sha256(DATA[::-1]).hexdigest()


def _runs(command: str) -> bool:
    try:
        return subprocess.run([command, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False
