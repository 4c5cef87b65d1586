"""What git makes of a submission on its way to a runner: line ends, pointers, empty folders."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from grader.facts import HttpResponse
from grader.needs import HttpNeed
from tests.ci.submissions import RUBRIC, ci, recorded, rubric, submission
from tests.factories import saw

HTTP = """\
schema: grade-lab/rubric/1
id: web
title: W
objectives:
  - {id: http, title: The app answers, points: 1,
     checks: [{type: http, name: web, port: 8000, contains: hello}]}
"""
ANSWERED = HttpResponse(container_id="1" * 64, url="http://web", status=200, body="hello")
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4' * 64}\nsize 12345\n"


@pytest.fixture
def pushed(tmp_path: Path) -> Path:
    folder = submission(tmp_path / "repository")
    recorded(folder, saw(HttpNeed(name="web", port=8000), ANSWERED))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=k", "-c", "user.email=k@x", "commit", "-qm", "done")
    return folder


def git(folder: Path, *words: str | Path) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def journal(folder: Path) -> Path:
    return folder / ".grade-lab" / "journal.jsonl"


def test_a_journal_whose_line_ends_git_converted_is_whole(pushed: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", "-c", "core.autocrlf=true", pushed, "checked-out")
    there = tmp_path / "checked-out"
    assert journal(there).read_bytes().endswith(b"\r\n")
    done = ci("--rubric", rubric(tmp_path, HTTP), "--no-verify", cwd=there)
    assert done.returncode == 0, done.stdout
    assert b"does not hold together" not in done.stdout


def test_a_journal_that_was_not_fetched_is_no_empty_one(pushed: Path, tmp_path: Path) -> None:
    journal(pushed).write_text(POINTER)
    done = ci("--rubric", rubric(tmp_path, HTTP), "--no-verify", cwd=pushed)
    assert done.returncode == 2
    assert b"a pointer of Git LFS" in done.stderr
    assert b"`lfs: true`" in done.stderr


def test_a_journal_without_a_line_that_can_be_read_is_told(pushed: Path, tmp_path: Path) -> None:
    journal(pushed).write_bytes(journal(pushed).read_text().encode("utf-16"))
    done = ci("--rubric", rubric(tmp_path, HTTP), "--no-verify", cwd=pushed)
    assert b"no line of .grade-lab/journal.jsonl can be read: run `grade-lab`" in done.stdout


def test_a_submodule_that_was_not_checked_out_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "workspace" / "lab").mkdir(parents=True)
    done = ci("lab", "--rubric", rubric(tmp_path, RUBRIC), cwd=tmp_path / "workspace")
    assert done.returncode == 2
    assert b"the folder of the submission is empty" in done.stderr
    assert b"`submodules: true`" in done.stderr


def test_a_lab_in_a_folder_of_the_repository_is_named(pushed: Path, tmp_path: Path) -> None:
    done = ci("--rubric", rubric(tmp_path, RUBRIC), "--no-verify", cwd=pushed.parent)
    assert done.returncode == 2
    assert b"lab.yaml is not in the submission, but in its folder repository" in done.stderr
    assert b"give the path of the folder with the lab that is meant, as repository" in done.stderr
