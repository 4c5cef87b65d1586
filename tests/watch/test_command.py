"""`grade-lab watch`: what it says of a recording that goes on elsewhere."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader.cli import watch as watch_module
from grader.cli.main import _told
from grader.errors import ExitCode
from grader.watch import everything
from grader.watch.session import Session
from grader.watch.status import State
from tests.places import GRADE_LAB
from tests.watch.another_recorder import another_process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lab.yaml").write_text(
        "rubric: container-and-docker\nlearner: {id: s-1}\nvariables: {hub_id: haneul}\n"
    )
    return tmp_path


def watch(folder: Path, *options: str) -> ExitCode:
    return _told(["watch", str(folder), "--lang", "en", *options])


@pytest.mark.parametrize(
    ("option", "code"),
    [("--status", ExitCode.BELOW_PASS_MARK), ("--stop", ExitCode.PASSED)],
)
def test_where_nobody_records_it_says_how_to_begin(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str, code: ExitCode
) -> None:
    assert watch(folder, option) == code
    assert capsys.readouterr().out == "nothing is being recorded; `grade-lab watch` starts it\n"


def test_a_recording_is_told_with_its_page_and_not_begun_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "the checklist is at http://127.0.0.1:1/x/"
    with another_process(folder / ".grade-lab") as other:
        assert watch(folder, "--status") == ExitCode.PASSED
        told = capsys.readouterr().out
        assert f"process {other.pid} records since 20" in told
        assert page in told
        assert watch(folder, "--detach") == ExitCode.PASSED
        told = capsys.readouterr().out
        assert f"a recording is going on already (process {other.pid})" in told
        assert page in told
        assert watch(folder, "--everything") == ExitCode.PASSED
        assert f"process {other.pid} records since 20" in capsys.readouterr().out


def test_a_recording_in_the_background_has_begun_when_that_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made while it still connects is to `--everything` what was there before."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    assert watch(folder, "--everything", "--detach") == ExitCode.PASSED
    try:
        status = Session(folder / ".grade-lab").status()
    finally:
        watch(folder, "--stop")
    assert status is not None
    assert status.state is State.ENGINE_AWAY


def test_a_recording_is_ended(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "STOP_SECONDS", 60)
    with another_process(folder / ".grade-lab"):
        assert watch(folder, "--stop") == ExitCode.PASSED
    assert "the recording has ended" in capsys.readouterr().out
    assert Session(folder / ".grade-lab").status() is None


def test_a_recording_that_does_not_end_is_told_with_its_process(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "STOP_SECONDS", 0.1)
    with Session(folder / ".grade-lab").recording() as ours:
        assert ours  # and nobody here reads what it is asked
        assert watch(folder, "--stop") == ExitCode.USAGE
    assert f"end the process {os.getpid()} yourself" in capsys.readouterr().err


def test_everything_is_recorded_without_a_rubric(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watch(folder, "--everything", "--rubric", "container-and-docker") == ExitCode.USAGE
    assert "--everything takes no rubric" in capsys.readouterr().err


def test_a_folder_with_a_blank_is_told_as_a_shell_takes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everything, "record", lambda *_: True)  # it was ended at once
    folder = tmp_path / "my lab"
    folder.mkdir()
    assert watch(folder, "--everything") == ExitCode.PASSED
    assert f"--from-journal '{folder}'`" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_trouble_of_the_folder(folder: Path) -> None:
    command = [GRADE_LAB, "watch", str(folder), "--lang", "en"]
    env = {**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
