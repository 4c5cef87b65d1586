"""The engine or the registry goes away, or the run is stopped: no point is lost, nothing breaks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import base_image
from lab.docker import docker
from lab.engine import PrivateEngine
from lab.registry import PrivateRegistry

from grader.journal import Journal
from grader.journal_file import JournalFile
from tests.live.learners import Learner, Outcome, clean_up, look, new_learner, up_to_run
from tests.places import GRADE_LAB

pytestmark = pytest.mark.live

DEAD = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def settings(learner: Learner) -> list[str]:
    tag = learner.local.partition(":")[2]
    values = {"registry": learner.registry, "port": learner.port, "tag": tag}
    return [f"--set={name}={value}" for name, value in values.items()]


def test_the_engine_is_off_for_a_while(learner: Learner) -> None:
    up_to_run(learner)
    look(learner)
    before = Outcome.of(learner)
    off = Outcome.of(learner, env=DEAD)
    assert off.exit_code == 3
    assert off.score == before.score
    assert off.statuses("stop", "remove-container", "remove-image") == {"error"}
    clean_up(learner)
    assert Outcome.of(learner).score == 100


def test_no_engine_from_the_start(learner: Learner) -> None:
    outcome = Outcome.of(learner, env=DEAD)
    assert outcome.exit_code == 3
    assert outcome.statuses("engine", "build", "push", "run") == {"error"}
    assert outcome.statuses("dockerfile", "dockerignore", "vm-vs-container") == {"pass"}


def test_the_registry_is_off_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PrivateRegistry() as registry:
        monkeypatch.setenv("GRADE_LAB_REGISTRY", registry.address)
        mine = new_learner(tmp_path)
        mine.build()
        mine.tag()
        mine.login(registry.user, registry.password)
        mine.push()
        registry.stop()
        off = Outcome.of(mine)
        assert off.exit_code == 3
        assert off.status("push") == "error"
        assert "registry could not be reached" in off.told("push")
        registry.start()
        assert Outcome.of(mine).status("push") == "pass"
        mine.image_rm()
        mine.logout()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[PrivateEngine]:
    """An engine of the test's own, to be killed, with a container that never answers."""
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        pytest.skip("needs root and dockerd to start an engine of its own")
    with PrivateEngine(tmp_path / "engine", settings={}) as engine:
        base_image.load(engine, os.environ["GRADE_LAB_BASE_IMAGE"])
        engine.docker("tag", os.environ["GRADE_LAB_BASE_IMAGE"], "silent:1")
        run = ["run", "-d", "--name", "silent", "-p", "8000", "silent:1", "sleep", "300"]
        engine.docker(*run)
        yield engine


RUBRIC = """\
schema: grade-lab/rubric/1
id: silent
title: Silent
objectives:
  - id: runs
    title: Runs
    points: 1
    checks: [{type: container, name: silent}]
  - id: answers
    title: Answers
    points: 1
    checks: [{type: http, name: silent, port: 8000, deadline: 15}]
  - id: image
    title: Image
    points: 1
    checks: [{type: image, image: "other:1"}]
  - id: events
    title: Events
    points: 1
    checks: [{type: executed, name: silent}]
"""


@pytest.fixture
def waiting(engine: PrivateEngine, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A grading that has seen the container and now waits for its answer over HTTP."""
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "rubric.yaml").write_text(RUBRIC)
    (folder / "lab.yaml").write_text("rubric: rubric.yaml\n")
    process = subprocess.Popen(
        [GRADE_LAB, folder, "--lang", "en"],
        env={**os.environ, **engine.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen = folder / ".grade-lab" / "journal.jsonl"
    while process.poll() is None and not (
        seen.exists() and b'"kind":"container"' in seen.read_bytes()
    ):
        os.sched_yield()
    assert process.poll() is None
    yield process
    if process.poll() is None:
        process.kill()
        process.communicate(timeout=30)


def read(tmp_path: Path) -> Journal:
    return JournalFile(tmp_path / "submission" / ".grade-lab" / "journal.jsonl").read()


def test_the_engine_dies_midway(
    engine: PrivateEngine, waiting: subprocess.Popen[str], tmp_path: Path
) -> None:
    engine.kill()
    stdout, stderr = waiting.communicate(timeout=120)
    assert waiting.returncode == 3, stdout + stderr
    assert "Traceback" not in stderr
    assert read(tmp_path).intact
    assert "could not be reached" in stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_keeps_a_valid_journal(
    waiting: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    waiting.send_signal(number)
    _, stderr = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert stderr.strip().endswith("interrupted; what was collected so far is kept")
    assert read(tmp_path).intact
    assert len(read(tmp_path).entries) >= 1


def test_a_killed_run_keeps_what_was_written(
    waiting: subprocess.Popen[str], tmp_path: Path
) -> None:
    waiting.kill()
    waiting.communicate(timeout=30)
    assert read(tmp_path).intact
    assert len(read(tmp_path).entries) >= 1


def test_permission_denied_on_the_socket(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(path))
        closed.listen()
        path.chmod(0)
        folder = tmp_path / "submission"
        folder.mkdir()
        (folder / "rubric.yaml").write_text(RUBRIC)
        (folder / "lab.yaml").write_text("rubric: rubric.yaml\n")
        unprivileged = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        done = subprocess.run(
            [*unprivileged, GRADE_LAB, folder, "--lang", "en"],
            env={**os.environ, "DOCKER_HOST": f"unix://{path}"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 3
    assert "permission denied" in done.stdout
    assert "Traceback" not in done.stderr


def test_an_unknown_context_is_an_error_and_no_silent_fallback(learner: Learner) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
    done = subprocess.run(
        [GRADE_LAB, learner.folder, *settings(learner), "--lang", "en"],
        env={**env, "DOCKER_CONTEXT": "no-such-context"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "no-such-context" in done.stderr
    assert "docker context ls" in done.stderr


def test_grading_leaves_the_engine_as_it_was(learner: Learner) -> None:
    up_to_run(learner)
    states = [
        ["ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}"],
        ["image", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"],
        ["volume", "ls"],
        ["network", "ls"],
    ]

    def state() -> list[list[str]]:
        return [sorted(docker(command, {}).splitlines()) for command in states]

    before = state()
    Outcome.of(learner)
    assert state() == before
