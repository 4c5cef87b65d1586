"""`grade-lab ci` as a repository meets it: exit codes, lines, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from grader.facts import HttpResponse, Reason
from grader.needs import HttpNeed
from tests.ci.submissions import RUBRIC, ci, recorded, rubric, submission
from tests.factories import saw

BAD = "FROM python\nCMD python app.py\n"
HTTP = """\
schema: grade-lab/rubric/1
id: web
title: W
objectives:
  - id: http
    title: The app answers
    points: 1
    checks: [{type: http, name: web, port: 8000, contains: hello, accept: [%s]}]
"""
WEB = HttpNeed(name="web", port=8000)
ANSWERED = HttpResponse(container_id="1" * 64, url="http://web", status=200, body="hello")


@pytest.fixture
def pushed(tmp_path: Path) -> Path:
    """A repository in which half of the lab is done."""
    return submission(tmp_path / "repository", BAD)


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    return rubric(tmp_path)


def result(folder: Path) -> dict[str, object]:
    told = (folder / ".grade-lab" / "report" / "result.json").read_text(encoding="utf-8")
    return dict(json.loads(told))


def test_what_is_wrong_is_told_with_its_file_and_line(pushed: Path, exam: Path) -> None:
    done = ci("--rubric", exam, "--no-verify", cwd=pushed)
    lines = done.stdout.decode().splitlines()
    places = [line.rpartition(": ")[0] for line in lines if line.startswith("Dockerfile:")]
    assert len(places) == 3
    assert any(line.startswith("Dockerfile:1: error: ") for line in lines)
    assert any(line.startswith("Dockerfile:2: error: ") for line in lines)
    assert "Notes were taken" in done.stdout.decode()


def test_paths_are_those_of_the_repository(pushed: Path, exam: Path) -> None:
    done = ci(pushed.name, "--rubric", exam, "--no-verify", cwd=pushed.parent)
    assert f"{pushed.name}/Dockerfile:1: error: ".encode() in done.stdout


@pytest.mark.parametrize(
    ("fail_under", "code"),
    [
        (None, 1),
        ("0", 0),
        ("4", 0),
        ("4.5", 1),
        ("40%", 0),
        ("41%", 1),
        ("100 %", 1),
        ("11", 2),
        ("101%", 2),
        ("0.7", 2),
        ("-1", 2),
        ("many", 2),
        ("1e3", 2),
    ],
)
def test_the_exit_code_says_whether_enough_was_reached(
    pushed: Path, exam: Path, fail_under: str | None, code: int
) -> None:
    options = [] if fail_under is None else [f"--fail-under={fail_under}"]
    done = ci("--rubric", exam, "--no-verify", *options, cwd=pushed)
    assert done.returncode == code, done.stderr
    if code == 2:
        assert b"--fail-under" in done.stderr


def test_the_exam_is_the_graders_own(pushed: Path) -> None:
    with (pushed / "lab.yaml").open("a") as lab:
        lab.write("rubric: container-and-docker\n")
    done = ci(cwd=pushed)
    assert done.returncode == 2
    assert b"`--rubric NAME`" in done.stderr


def test_a_rubric_in_the_submission_is_used_and_told(pushed: Path) -> None:
    exam = rubric(pushed)
    told = ci("--rubric", exam, "--no-verify", cwd=pushed).stdout
    assert b"lies inside the submission" in told
    elsewhere = rubric(pushed.parent)
    told = ci("--rubric", elsewhere, "--no-verify", cwd=pushed).stdout
    assert b"lies inside the submission" not in told


def test_overrides_in_the_submission_are_refused(pushed: Path, exam: Path) -> None:
    points = pushed / "points.yaml"
    points.write_text("- {learner: s-1, objective: dockerfile, points: 6, reason: me}\n")
    done = ci("--rubric", exam, "--overrides", points, "--no-verify", cwd=pushed)
    assert done.returncode == 2
    moved = points.rename(pushed.parent / "points.yaml")
    done = ci("--rubric", exam, "--overrides", moved, "--no-verify", cwd=pushed)
    assert done.returncode == 0
    assert b"Dockerfile:1" not in done.stdout


def test_the_journal_is_judged_and_left_as_it_is(pushed: Path, exam: Path) -> None:
    journal = recorded(pushed, saw(WEB, ANSWERED))
    before = journal.read_bytes()
    web = rubric(pushed.parent, HTTP % "live, recorded")
    done = ci("--rubric", web, cwd=pushed)
    assert done.returncode == 0, done.stdout
    assert journal.read_bytes() == before
    assert {path.name for path in journal.parent.iterdir()} == {journal.name, "report"}


def test_without_an_engine_the_journal_has_the_word(pushed: Path) -> None:
    recorded(pushed, saw(WEB, Reason.NO_ANSWER))
    done = ci("--rubric", rubric(pushed.parent, HTTP % ""), cwd=pushed)
    assert done.returncode == 1
    assert b"this runner has no Docker Engine" in done.stdout
    done = ci("--rubric", rubric(pushed.parent, HTTP % ""), "--no-verify", cwd=pushed)
    assert b"Docker Engine" not in done.stdout


def test_what_only_a_run_could_prove_is_incomplete_without_an_engine(pushed: Path) -> None:
    done = ci("--rubric", rubric(pushed.parent, HTTP % "reproduced"), cwd=pushed)
    assert done.returncode == 3
    assert result(pushed)["complete"] is False


def test_a_reproduction_that_a_journal_claims_is_not_believed(pushed: Path) -> None:
    seen = saw(WEB, ANSWERED).model_copy(update={"source": "reproduction"})
    recorded(pushed, seen)
    done = ci("--rubric", rubric(pushed.parent, HTTP % "reproduced"), "--no-verify", cwd=pushed)
    assert done.returncode == 1


def test_files_are_judged_as_they_were_pushed(pushed: Path, exam: Path) -> None:
    ci("--rubric", exam, "--no-verify", cwd=pushed)
    (pushed / "notes.txt").write_text("by nobody")
    done = ci("--rubric", exam, "--no-verify", cwd=pushed)
    assert b"notes.txt:1: error: " in done.stdout


def test_nothing_was_recorded_is_told(pushed: Path, exam: Path) -> None:
    done = ci("--rubric", exam, "--no-verify", cwd=pushed)
    assert b"`git add -f .grade-lab/journal.jsonl`" in done.stdout


def test_a_variable_that_the_exam_lacks_costs_nothing(pushed: Path, exam: Path) -> None:
    with (pushed / "lab.yaml").open("a") as lab:
        lab.write("variables: {port: 8080}\n")
    done = ci("--rubric", exam, "--no-verify", "--fail-under=4", cwd=pushed)
    assert done.returncode == 0, done.stderr
    assert b"does not know: port" in done.stdout


def test_a_link_out_of_the_submission_is_refused(pushed: Path, exam: Path) -> None:
    (pushed / "lab.yaml").unlink()
    (pushed / "lab.yaml").symlink_to("/etc/passwd")
    done = ci("--rubric", exam, "--no-verify", cwd=pushed)
    assert done.returncode == 2
    assert b"root" not in done.stderr


def test_code_in_the_repository_is_never_imported(pushed: Path, exam: Path) -> None:
    for name in ("grader", "checks", "rubrics"):
        (pushed / name).mkdir()
        (pushed / name / "__init__.py").write_text("raise SystemExit('imported')\n")
    done = ci("--rubric", exam, "--no-verify", "--fail-under=0", cwd=pushed)
    assert done.returncode == 0, done.stderr


def test_a_checkout_is_clean_afterwards(pushed: Path, exam: Path) -> None:
    (pushed / ".gitignore").write_text(".grade-lab/report/\n")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=pushed, check=True)
    ci("--rubric", exam, cwd=pushed)
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    done = subprocess.run(status, cwd=pushed, capture_output=True, text=True, check=True)
    assert all(line.startswith("A  ") for line in done.stdout.splitlines())


def test_reports_go_where_they_are_wanted(pushed: Path, exam: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ci("--rubric", exam, "--no-verify", "--out", out, cwd=pushed)
    names = {path.name for path in out.iterdir()}
    assert names == {"report.html", "result.json", "report.xml", "report.md"}


def test_an_unknown_format_is_told_before_anything_is_done(pushed: Path, exam: Path) -> None:
    done = ci("--rubric", exam, "--format", "junitt", cwd=pushed)
    assert done.returncode == 2
    assert b"junit" in done.stderr


def test_korean_is_told_in_utf_8_whatever_the_system_says(pushed: Path) -> None:
    exam = rubric(pushed.parent, RUBRIC.replace("Notes were taken", '{ko: "노트", en: N}'))
    done = ci("--rubric", exam, "--lang", "ko", cwd=pushed, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert "노트" in done.stdout.decode()
