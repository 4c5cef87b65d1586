"""What is handed in can neither have us write elsewhere nor keep us waiting."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import GRADE_LAB, SAMPLE

if sys.platform == "win32":
    pytest.skip("needs Unix", allow_module_level=True)

ENV = {**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock", "LANG": "C"}
RUBRIC = "container-and-docker"


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "submission"))


def refused(submission: Path, *command: str) -> str:
    done = subprocess.run(
        [GRADE_LAB, *command, submission, "--rubric", RUBRIC],
        env=ENV,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2, done.stdout
    return done.stderr


@pytest.mark.parametrize("command", ["grade", "judge"])
@pytest.mark.parametrize("name", [".grade-lab", ".grade-lab/report", ".grade-lab/watch.json"])
def test_nothing_is_written_where_a_link_leads(submission: Path, command: str, name: str) -> None:
    victim = submission.with_name("victim")
    victim.mkdir()
    shutil.rmtree(submission / name, ignore_errors=True)
    (submission / name).symlink_to(victim)
    assert f"{name} is a link that leads out of the submission" in refused(submission, command)
    assert not list(victim.iterdir())


@pytest.mark.parametrize("name", ["lab.yaml", ".grade-lab/journal.jsonl"])
def test_a_pipe_is_not_waited_for(submission: Path, name: str) -> None:
    (submission / name).unlink()
    os.mkfifo(submission / name)
    assert f"{name} is not a file" in refused(submission, "judge")
