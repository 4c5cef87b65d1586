"""`grade-lab ci` on a runner that has an engine: what was pushed is built, run and asked."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader.facts import Reason
from grader.needs import ContainerNeed, HttpNeed, LogsNeed
from tests.ci.runner import commands, environment, outputs
from tests.ci.submissions import recorded
from tests.factories import a_container, saw
from tests.live.verifying import things
from tests.places import GRADE_LAB

pytestmark = pytest.mark.live

RUBRIC = """\
schema: grade-lab/rubric/1
id: wisheasy
title: Wisheasy
objectives:
  - id: run
    title: A container ran
    points: 2
    checks: [{type: container, name: wisheasy}]
  - id: works
    title: The app works
    points: 8
    requires: [run]
    checks:
      - {type: http, name: wisheasy, port: 8000, contains: wish, deadline: 20, accept: [reproduced]}
      - {type: logs, name: wisheasy, matches: ".", accept: [reproduced]}
"""


def checkout(submission: Path) -> Path:
    """The submission as a repository, whose journal tells of a container that never answered."""
    base = os.environ["GRADE_LAB_BASE_IMAGE"]
    dockerfile = submission / "Dockerfile"
    text = dockerfile.read_text(encoding="utf-8").replace("python:3.11-slim", base)
    dockerfile.write_text(text, encoding="utf-8")
    (submission / "lab.yaml").write_text("learner: {id: s-001}\n", encoding="utf-8")
    recorded(
        submission,
        saw(ContainerNeed(name="wisheasy"), a_container("wisheasy", "wisheasy:1.0")),
        saw(HttpNeed(name="wisheasy", port=8000, deadline=20), Reason.NO_ANSWER),
        saw(LogsNeed(name="wisheasy"), Reason.NOT_THERE),
    )
    git = ["git", "-c", "user.name=s", "-c", "user.email=s@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "my lab"]):
        subprocess.run([*git, *command], cwd=submission, check=True)
    return submission


def graded(folder: Path, tmp_path: Path, *options: str) -> tuple[int, bytes, dict[str, Any]]:
    exam = tmp_path / "exam.rubric.yaml"
    exam.write_text(RUBRIC, encoding="utf-8")
    env = {
        **dict(environment()),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    command = [GRADE_LAB, "ci", "--rubric", exam, "--out", tmp_path / "out", "--lang", "en"]
    done = subprocess.run([*command, *options], cwd=folder, env=env, capture_output=True)
    assert b"Traceback" not in done.stderr
    told = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    return done.returncode, done.stdout + done.stderr, told


@pytest.mark.usefixtures("limits")
def test_what_was_pushed_is_built_and_run(submission: Path, tmp_path: Path, engine: Any) -> None:
    """The journal has the word on what the learner did, the runner on whether the app works."""
    folder, before = checkout(submission), things(engine)
    code, log, told = graded(folder, tmp_path)
    assert code == 0, log.decode()
    run, works = told["objectives"]
    assert [check["status"] for check in works["checks"]] == ["pass", "pass"]
    strengths = {e["strength"] for check in works["checks"] for e in check["evidence"]}
    assert strengths == {"reproduced"}
    assert run["status"] == "pass"  # there is no such container here, and nobody looked for one
    assert commands(log) == []
    said = outputs((tmp_path / "output").read_text(encoding="utf-8"))
    assert (said["score"], said["complete"]) == ("10", "true")
    assert "Wisheasy" in (tmp_path / "summary").read_text(encoding="utf-8")
    assert things(engine) == before
    status = ["git", "status", "--porcelain"]
    assert not subprocess.run(status, cwd=folder, capture_output=True, check=True).stdout


@pytest.mark.usefixtures("limits")
def test_an_app_that_does_not_work_is_told(submission: Path, tmp_path: Path) -> None:
    (submission / "app.py").write_text("raise SystemExit('no such luck')\n", encoding="utf-8")
    code, log, told = graded(checkout(submission), tmp_path)
    assert code == 1, log.decode()
    assert told["objectives"][1]["checks"][0]["status"] == "fail"
    assert [command.name for command in commands(log)] == ["error"]


def test_without_verification_nothing_is_run(submission: Path, tmp_path: Path) -> None:
    code, _, told = graded(checkout(submission), tmp_path, "--no-verify")
    assert code == 1
    assert told["complete"] is True
