"""`grade-lab shell` in a terminal: the learner's own shell, its job control, its ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.shell import shell_command
from grader.errors import GradeLabError
from tests.places import GRADE_LAB
from tests.relay.engines import engine, until, wait_until
from tests.relay.terminal import Terminal

RUBRIC = """\
schema: grade-lab/rubric/1
id: look
title: Look
objectives:
  - id: looked
    title: Looked
    points: 1
    checks:
      - {type: quoted, question: q, of: container_id, name: web}
"""
BASH = shutil.which("bash") or ""
needs_bash = pytest.mark.skipif(not BASH, reason="bash is not installed")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    (tmp_path / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """No engine, and a shell without anybody's settings."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text("PS1='ready> '\n", encoding="utf-8")
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {
        **measured,
        "HOME": str(home),
        "PATH": f"{GRADE_LAB.parent}:{os.environ['PATH']}",
        "SHELL": BASH,
        "TERM": "dumb",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        "GRADE_LAB": str(GRADE_LAB),
    }


@pytest.fixture
def terminal(lab: Path, env: dict[str, str]) -> Iterator[Terminal]:
    """A recorded shell that has just opened."""
    command = [str(GRADE_LAB), "shell", str(lab), "--lang", "en"]
    with Terminal(command, env) as opened:
        opened.until("you are in a recorded shell")
        opened.until("ready> ")
        yield opened


def run(lab: Path, env: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GRADE_LAB, "shell", lab, "--lang", "en", "--", *command],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def folder_of(terminal: Terminal) -> Path:
    terminal.type("echo at=${DOCKER_HOST#unix://}=\n")
    terminal.until("\nat=")
    return Path(terminal.until("=")).parent


def test_a_command_has_the_environment_that_it_would_have_without(
    lab: Path, env: dict[str, str]
) -> None:
    done = run(lab, {**env, "LANGUAGE": "de"}, "env")
    seen = {line for line in done.stdout.splitlines() if line.startswith(("LANGUAGE", "PYDANTIC"))}
    assert seen == {"LANGUAGE=de"}


@needs_bash
def test_a_job_is_interrupted_and_the_shell_goes_on(terminal: Terminal) -> None:
    terminal.type("sh -c 'echo sta''rted; exec cat'\n")
    terminal.until("started")
    terminal.type("one\n")
    terminal.until("one\r\none")
    terminal.type("\x03")
    terminal.until("ready> ")
    terminal.type("echo code=$?=\n")
    terminal.until("\ncode=130=")
    terminal.type("exit 7\n")
    terminal.until("the recording has ended")
    assert terminal.exit_code() == 7


@needs_bash
def test_a_job_is_suspended_and_taken_up_again(terminal: Terminal) -> None:
    terminal.type("sh -c 'echo sta''rted; exec cat'\n")
    terminal.until("started")
    terminal.type("one\n")
    terminal.until("one\r\none")
    terminal.type("\x1a")
    terminal.until("Stopped")
    terminal.until("ready> ")
    terminal.type("fg\n")
    terminal.until("exec cat")
    terminal.type("two\n")
    terminal.until("two\r\ntwo")
    terminal.type("\x04")
    terminal.until("ready> ")
    terminal.type("exit\n")
    assert terminal.exit_code() == 0


@needs_bash
def test_it_can_be_suspended_as_a_whole(lab: Path, env: dict[str, str]) -> None:
    with Terminal([BASH, "-i"], env) as outside:
        outside.until("ready> ")
        outside.type(f"$GRADE_LAB shell {lab} --quiet -- sh -c 'echo sta''rted; exec cat'\n")
        outside.until("started")
        outside.type("one\n")
        outside.until("one\r\none")
        outside.type("\x1a")
        outside.until("Stopped")
        outside.until("ready> ")
        outside.type("fg\n")
        outside.until("exec cat")
        outside.type("two\n")
        outside.until("two\r\ntwo")
        outside.type("\x03")
        outside.until("ready> ")
        outside.type("echo code=$?=; exit\n")
        outside.until("\ncode=130=")


@needs_bash
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_when_asked_and_leaves_nothing(terminal: Terminal, number: signal.Signals) -> None:
    folder = folder_of(terminal)
    assert folder.exists()
    os.kill(terminal.pid, number)
    assert terminal.exit_code() == 128 + number
    assert not folder.exists()


@needs_bash
def test_when_the_relay_is_killed_the_shell_can_be_left_and_a_new_one_cleans_up(
    terminal: Terminal, lab: Path, env: dict[str, str]
) -> None:
    folder = folder_of(terminal)
    os.kill(terminal.pid, signal.SIGKILL)
    wait_until(lambda: os.waitpid(terminal.pid, os.WNOHANG) != (0, 0))
    terminal.pid = 0
    assert folder.exists()
    inner = {**env, "GRADE_LAB_SHELL": f"unix://{folder}/docker.sock"}
    assert run(lab, inner, "true").returncode == 0
    assert not folder.exists()


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill $$", 143)]
)
def test_the_exit_code_is_that_of_the_command(
    script: str, code: int, lab: Path, env: dict[str, str]
) -> None:
    assert run(lab, env, "sh", "-c", script).returncode == code


def test_a_command_gets_its_own_options_and_standard_output(lab: Path, env: dict[str, str]) -> None:
    done = run(lab, env, "printf", "%s|", "--rubric", "--", "a b")
    assert done.stdout == "--rubric|--|a b|"


def test_signals_have_their_usual_meaning_inside(lab: Path, env: dict[str, str]) -> None:
    code = (
        "import signal; print(signal.getsignal(2) is signal.default_int_handler, "
        "*[signal.getsignal(n).name for n in (1, 3, 15, 20)])"
    )
    done = run(lab, env, sys.executable, "-S", "-c", code)  # -S: coverage.py would set its own
    assert done.stdout.split() == ["True", *["SIG_DFL"] * 4]


def test_without_an_engine_docker_says_so_and_nothing_hangs(lab: Path, env: dict[str, str]) -> None:
    if not shutil.which("docker"):
        pytest.skip("the docker command is not installed")
    done = run(lab, env, "docker", "ps")
    assert done.returncode == 1
    assert "Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock" in done.stderr


def test_a_shell_in_a_recorded_shell_says_so(lab: Path, env: dict[str, str]) -> None:
    done = run(lab, env, str(GRADE_LAB), "shell", str(lab), "--lang", "en")
    assert done.returncode == 2
    assert "this is a recorded shell already" in done.stderr


def test_an_unknown_command_is_named(lab: Path, env: dict[str, str]) -> None:
    done = run(lab, env, "nosuchcommand")
    assert done.returncode == 2
    assert "'nosuchcommand' cannot be run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rubric_that_asks_for_no_calls_says_so_and_opens_all_the_same(
    lab: Path, env: dict[str, str]
) -> None:
    rubric = RUBRIC.replace("quoted, question: q, of: container_id", "stopped")
    (lab / "rubric.yaml").write_text(rubric, encoding="utf-8")
    done = run(lab, env, "echo", "open")
    assert (done.returncode, done.stdout) == (0, "open\n")
    assert "asks for nothing that only a recorded shell could tell" in done.stderr


def test_on_windows_it_says_that_quotes_count(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    done = CliRunner().invoke(shell_command, [str(lab)])
    assert isinstance(done.exception, GradeLabError)
    assert "Windows" in str(done.exception.message)
    assert any("answers.md" in str(advice) for advice in done.exception.advice)


LIST = """
import os, socket
client = socket.socket(socket.AF_UNIX)
client.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
client.sendall(b"GET /containers/json HTTP/1.1\\r\\nHost: d\\r\\n\\r\\n")
print(client.recv(1000).decode())
"""


def test_a_journal_that_cannot_be_written_is_told_at_the_end_and_docker_goes_on(
    lab: Path, env: dict[str, str]
) -> None:
    def serve(connection: socket.socket) -> None:
        until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

    (lab / ".grade-lab").write_text("a file where the folder should be", encoding="utf-8")
    with engine(lab, serve) as host:
        done = run(lab, {**env, "DOCKER_HOST": host}, sys.executable, "-c", LIST)
        assert (done.returncode, done.stdout.strip()[-2:]) == (0, "[]")
        assert done.stderr.count("not all was recorded, calls lost: 1") == 1
        (lab / ".grade-lab").unlink()
        done = run(lab, {**env, "DOCKER_HOST": host}, sys.executable, "-c", LIST)
        assert "calls noted: 1" in done.stderr
