"""`grade-lab doctor` on machines made that way: what it finds, and that its advice gets one on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lab.ports import free_port

from tests.live.conftest import Registry, Workshop
from tests.places import GRADE_LAB

pytestmark = pytest.mark.live

AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


class Findings(dict[str, dict[str, Any]]):
    """Findings by code, those that are no `ok` before those that are."""

    def __init__(self, exit_code: int, found: list[dict[str, Any]]) -> None:
        super().__init__({f["code"]: f for f in sorted(found, key=lambda f: f["severity"] != "ok")})
        self.exit_code = exit_code

    @property
    def problems(self) -> set[str]:
        return {code for code, found in self.items() if found["severity"] == "problem"}


def doctor(
    folder: Path,
    *options: str,
    env: Mapping[str, str | None] = {},
    prefix: list[str] | None = None,
) -> Findings:
    command = [*(prefix or []), GRADE_LAB, "doctor", str(folder), "--format", "json"]
    changed = {**os.environ, **env}
    done = subprocess.run(
        [*command, "--lang", "en", *options],
        env={name: value for name, value in changed.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Findings(done.returncode, json.loads(done.stdout)["findings"])


def settings(registry: Registry, port: int) -> list[str]:
    return [f"--set=registry={registry.address}", f"--set=port={port}"]


def docker(*words: str, env: Mapping[str, str]) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
    subprocess.run(["docker", *words], env={**kept, **env}, check=True, capture_output=True)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A fresh folder of docker's settings, with a context of the engine that is there."""
    folder = tmp_path / "docker"
    folder.mkdir()
    host = f"host={os.environ['DOCKER_HOST']}"
    docker("context", "create", "lab", "--docker", host, env={"DOCKER_CONFIG": str(folder)})
    return folder


def test_a_machine_that_is_ready(submission: Path, registry: Registry) -> None:
    found = doctor(submission, *settings(registry, free_port(0)))
    assert found.problems == set(), found
    assert found.exit_code == 0
    assert {"client", "engine", "disk", "registry", "port", "clock", "submission"} <= found.keys()


def test_nothing_is_changed_by_looking(submission: Path, registry: Registry, engine: Any) -> None:
    def state() -> tuple[Any, ...]:
        ids = [c["Id"] for c in engine.containers(all=True)]
        images = sorted(i["Id"] for i in engine.images(all=True))
        return ids, images, sorted(p.name for p in submission.rglob("*"))

    before = state()
    doctor(submission, *settings(registry, free_port(0)))
    assert state() == before


def test_the_engine_is_off_and_its_socket_left_behind(submission: Path, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    for host in (path, tmp_path / "absent.sock"):
        found = doctor(submission, env={"DOCKER_HOST": f"unix://{host}"})
        assert found.exit_code == 1
        assert "engine-stopped" in found.problems
        assert "docker start" in str(found["engine-stopped"]["steps"]) or "start docker" in str(
            found["engine-stopped"]["steps"]
        )


def test_a_socket_that_this_user_may_not_use(submission: Path, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(path))
        closed.listen()
        path.chmod(0)
        found = doctor(submission, env={"DOCKER_HOST": f"unix://{path}"}, prefix=AS_ANYBODY)
    assert "socket-permission" in found.problems
    assert "engine-stopped" not in found.problems
    assert "log out and log in again" in str(found["socket-permission"]["steps"])


def test_the_wrong_context_and_back(submission: Path, config: Path) -> None:
    env = {"DOCKER_CONFIG": str(config)}
    docker("context", "create", "old", "--docker", "host=unix:///nonexistent.sock", env=env)
    docker("context", "use", "old", env=env)
    there = {**env, "DOCKER_HOST": None}
    found = doctor(submission, env=there)
    assert "context-wrong" in found.problems
    assert "`docker context use lab`" in found["context-wrong"]["steps"][0]
    assert os.environ["DOCKER_HOST"] in found["context-wrong"]["detail"]
    docker("context", "use", "lab", env=env)
    assert "engine" in doctor(submission, env=there)


def test_a_dead_docker_host_where_a_context_works(submission: Path, config: Path) -> None:
    env = {"DOCKER_CONFIG": str(config), "DOCKER_HOST": "tcp://127.0.0.1:1"}
    found = doctor(submission, env=env)
    assert "docker-host-dead" in found.problems
    assert "`unset DOCKER_HOST`" in found["docker-host-dead"]["steps"][0]
    assert "`docker context use lab`" in found["docker-host-dead"]["steps"][1]


def test_an_unknown_context(submission: Path, config: Path) -> None:
    env = {"DOCKER_CONFIG": str(config), "DOCKER_HOST": None, "DOCKER_CONTEXT": "nosuch"}
    found = doctor(submission, env=env)
    assert "context-unusable" in found.problems
    assert "`docker context use lab`" in str(found["context-unusable"]["steps"])


def test_not_logged_in_and_then_logged_in(
    submission: Path, registry: Registry, config: Path
) -> None:
    env = {"DOCKER_CONFIG": str(config)}
    options = settings(registry, free_port(0))
    found = doctor(submission, *options, env=env)
    assert f"docker login {registry.address}" in found["login-missing"]["steps"][0]
    login = ["login", registry.address, "-u", registry.user, "-p", registry.password]
    docker(*login, env={**env, "DOCKER_HOST": os.environ["DOCKER_HOST"]})
    assert "login-missing" not in doctor(submission, *options, env=env)


def test_a_registry_that_is_off(submission: Path) -> None:
    found = doctor(submission, f"--set=registry=127.0.0.1:{free_port(0)}")
    assert "registry-unreachable" in found
    assert found.exit_code == 1


def test_a_port_that_a_container_has(
    submission: Path, registry: Registry, workshop: Workshop, engine: Any
) -> None:
    name, number = f"squatter-{uuid4().hex[:8]}", free_port(0)
    host = engine.create_host_config(port_bindings={"80/tcp": number})
    command = ["sleep", "300"]
    workshop.container(name, workshop.base, command, ports=[(80, "tcp")], host_config=host)
    found = doctor(submission, *settings(registry, number))
    assert name in found["port-taken"]["title"]
    assert f"`docker stop {name}`" in str(found["port-taken"]["steps"])


def test_a_port_that_a_process_has(submission: Path, registry: Registry) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        found = doctor(submission, *settings(registry, server.getsockname()[1]))
    assert f"process {os.getpid()}" in found["port-taken"]["title"]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_disk_that_is_full(submission: Path, registry: Registry) -> None:
    disk = submission / ".grade-lab"
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    try:
        (disk / "filler").write_bytes(b"x" * 64 * 1024)
        found = doctor(submission, *settings(registry, free_port(0)))
        assert "folder-full" in found.problems
        (disk / "filler").unlink()
        assert "folder-full" not in doctor(submission, *settings(registry, free_port(0)))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_folder_that_cannot_be_written(submission: Path, registry: Registry) -> None:
    (submission / ".grade-lab").mkdir(exist_ok=True)
    for folder in (submission, submission / ".grade-lab"):
        folder.chmod(0o500)
    options = settings(registry, free_port(0))
    found = doctor(submission, *options, prefix=AS_ANYBODY)
    assert "folder-unwritable" in found.problems


def test_a_folder_that_cannot_be_entered(submission: Path) -> None:
    submission.parent.chmod(0)
    try:
        found = doctor(submission, prefix=AS_ANYBODY)
    finally:
        submission.parent.chmod(0o700)
    assert "folder-unwritable" in found.problems


def test_a_lab_file_without_what_the_rubric_wants(submission: Path) -> None:
    (submission / "lab.yaml").write_text("rubric: container-and-docker\n")
    found = doctor(submission)
    assert "hub_id" in found["submission"]["title"]
    (submission / "lab.yaml").write_text(
        "rubric: container-and-docker\nvariables: {hub_id: haneul}\n"
    )
    assert "learner-missing" in doctor(submission)


def test_a_journal_that_was_edited(submission: Path, registry: Registry) -> None:
    journal = submission / ".grade-lab" / "journal.jsonl"
    journal.parent.mkdir(exist_ok=True)
    journal.write_text("not a journal\n")
    found = doctor(submission, *settings(registry, free_port(0)))
    assert "journal-broken" in found


def test_a_proxy_of_the_terminal_only(submission: Path, registry: Registry) -> None:
    env = {"HTTPS_PROXY": "http://me:hunter2@127.0.0.1:9"}
    found = doctor(submission, *settings(registry, free_port(0)), env=env)
    assert {"proxy-engine", "proxy-localhost"} <= found.keys()
    assert "hunter2" not in json.dumps(found)
