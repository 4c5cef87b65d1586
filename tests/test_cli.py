"""The command as a user meets it: exit codes, reports, and errors that say what to do next."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import GRADE_LAB, SAMPLE

NO_ENGINE = {**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock", "LANG": "en_US.UTF-8"}
RUBRIC = """\
schema: grade-lab/rubric/1
id: notes
title: {ko: "노트", en: Notes}
pass_mark: 0.5
variables: {who: {required: true}}
objectives:
  - id: notes
    title: {ko: "노트를 적었다", en: Notes were taken}
    points: 10
    checks: [{type: file, path: notes.txt, contains: "by {who}"}]
"""


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    (folder / "lab.yaml").write_text(
        "rubric: rubric.yaml\nlearner: {id: s-1, name: Kim}\nvariables: {who: kim}\n"
    )
    (folder / "notes.txt").write_text("written by kim")
    return folder


def run(*args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [GRADE_LAB, *args], env=NO_ENGINE, cwd=cwd, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr
    return done


def result(folder: Path) -> dict[str, object]:
    path = folder / ".grade-lab" / "report" / "result.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_a_result_whose_reports_cannot_be_written_is_shown_all_the_same(submission: Path) -> None:
    (submission / "full").write_text("")
    done = run(submission, "--out", submission / "full")
    assert done.returncode == 2
    assert "the file cannot be written" in done.stderr
    assert "Passed: 10/10" in done.stdout
    assert "Report:" not in done.stdout


def test_a_pass_exits_with_0_and_leaves_both_reports(submission: Path) -> None:
    done = run(submission)
    assert done.returncode == 0, done.stderr
    assert result(submission)["score"] == 10.0
    assert (submission / ".grade-lab" / "report" / "report.html").is_file()
    assert "Notes were taken" in done.stdout
    assert "When you hand in, take the whole folder: the record is in .grade-lab," in done.stdout


def test_the_submission_defaults_to_the_working_folder(submission: Path) -> None:
    assert run(cwd=submission).returncode == 0


def test_below_the_pass_mark_exits_with_1(submission: Path) -> None:
    (submission / "notes.txt").write_text("written by somebody")
    done = run(submission)
    assert done.returncode == 1
    assert "hand in" not in done.stdout


def test_no_engine_exits_with_3_and_takes_no_point(submission: Path) -> None:
    text = RUBRIC.replace("checks: [", "checks: [{type: engine}, ")
    (submission / "rubric.yaml").write_text(text, encoding="utf-8")
    done = run(submission)
    assert done.returncode == 3
    assert "could not be reached" in done.stdout
    assert result(submission)["complete"] is False
    assert result(submission)["score"] == 5.0


def test_evidence_of_an_earlier_run_still_counts(submission: Path) -> None:
    run(submission)
    (submission / "notes.txt").unlink()
    assert run("judge", submission).returncode == 0


def test_judging_twice_gives_the_same_bytes(submission: Path) -> None:
    run(submission)
    report = submission / ".grade-lab" / "report"
    first = {path.name: path.read_bytes() for path in report.iterdir()}
    run("judge", submission)
    assert {path.name: path.read_bytes() for path in report.iterdir()} == first


def test_json_goes_to_standard_output(submission: Path) -> None:
    done = run(submission, "--format", "json", "--out", "-")
    assert json.loads(done.stdout)["schema"] == "grade-lab/result/1"


def test_korean(submission: Path) -> None:
    done = run(submission, "--lang", "ko")
    assert "노트를 적었다" in done.stdout
    assert result(submission)["rubric"]["title"] == "노트"  # type: ignore[index]


def test_collect_then_judge_is_grade(submission: Path) -> None:
    assert run("collect", submission).returncode == 0
    assert run("judge", submission).returncode == 0
    assert run("judge", submission, "--quiet").stdout == ""


@pytest.mark.parametrize(
    ("lab", "said"),
    [
        (None, "there is no lab.yaml in"),
        ("rubric: [", "lab.yaml:1:9: not valid YAML"),
        ("rubrik: x", "lab.yaml:1:1: unknown field 'rubrik'; did you mean 'rubric'?"),
        ("learner: {id: s-1}", "lab.yaml names no rubric"),
        ("rubric: nosuch", "there is no rubric 'nosuch'"),
        ("rubric: rubric.yaml", "the variable 'who' is required"),
        ("- a list", "lab.yaml:1:1"),
        ("rubric: rubric.yaml\nvariables: {who: x, whu: y}", "did you mean 'who'?"),
        ("", "lab.yaml"),
        ("rubric: rubric.yaml\nlearner: {id: [1]}", "lab.yaml:2:"),
    ],
)
def test_a_lab_file_that_cannot_be_used(submission: Path, lab: str | None, said: str) -> None:
    (submission / "lab.yaml").unlink()
    if lab is not None:
        (submission / "lab.yaml").write_text(lab)
    done = run(submission)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (submission / ".grade-lab").exists()


def test_a_rubric_given_by_the_grader_wins_over_lab_yaml(submission: Path, tmp_path: Path) -> None:
    strict = tmp_path / "strict.yaml"
    strict.write_text(RUBRIC.replace("by {who}", "signed by {who}"), encoding="utf-8")
    assert run(submission, "--rubric", strict).returncode == 1


def test_no_lab_file_is_needed_when_the_rubric_is_given(submission: Path) -> None:
    (submission / "lab.yaml").unlink()
    rubric = submission / "rubric.yaml"
    assert run(submission, "--rubric", rubric, "--set", "who=kim").returncode == 0


def test_an_option_that_is_like_a_command_is_an_option(submission: Path) -> None:
    assert run("--rubric", "rubric.yaml", cwd=submission).returncode == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["/nonexistent/folder"], "there is no folder /nonexistent/folder"),
        (["--format", "htlm"], "unknown report format 'htlm'; did you mean 'html'?"),
        (["--set", "who"], "write it as NAME=VALUE"),
        (["--set", "who=<b>"], "does not match the pattern"),
        (["--nosuch"], "No such option"),
        (["colect"], "there is no command 'colect'; did you mean 'collect'?"),
        (["--overrides", "/nonexistent.yaml"], "the overrides file cannot be read"),
        (["--out", "rubric.yaml/reports"], "the file cannot be written"),
        (["rubric", "show", "nosuch"], "there is no rubric 'nosuch'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(
    submission: Path, args: list[str], said: str
) -> None:
    done = run(*args, cwd=submission)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="rights are told otherwise there")
def test_a_folder_that_one_may_not_enter_is_told(submission: Path) -> None:
    closed = submission / "closed"
    closed.mkdir(mode=0)
    unprivileged = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [*(unprivileged if os.geteuid() == 0 else []), GRADE_LAB, closed / "mine"]
    done = subprocess.run([*command, "--lang", "en"], capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{closed}/mine/lab.yaml: cannot be read: Permission denied" in done.stderr


def test_a_mistake_in_the_options_is_told_before_the_long_look(submission: Path) -> None:
    assert run(submission, "--format", "htlm").returncode == 2
    assert not (submission / ".grade-lab").exists()


def test_an_overrides_file_settles_points_and_is_not_taken_from_the_submission(
    submission: Path, tmp_path: Path
) -> None:
    (submission / "notes.txt").unlink()
    points = tmp_path / "points.yaml"
    points.write_text("- {learner: s-1, objective: notes, points: 8, reason: seen on paper}\n")
    assert run(submission, "--overrides", points).returncode == 0
    shown = (submission / ".grade-lab" / "report" / "report.html").read_text(encoding="utf-8")
    assert "seen on paper" in shown
    inside = shutil.copy(points, submission / "points.yaml")
    done = run(submission, "--overrides", inside)
    assert done.returncode == 2
    assert "belongs to the learner" in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "points.yaml",
            "- {learner: s-1, objective: notes, points: -1, reason: x}",
            "points.yaml:1:",
        ),
        (
            "points.yaml",
            "- {learner: s-1, objective: nots, points: 1, reason: x}",
            "did you mean 'notes'?",
        ),
        ("points.yaml", "learner: s-1", "is not a list"),
        (
            "points.csv",
            "learner,objective,points,reason\ns-1,notes,1,\n",
            "points.csv:2:1: 'reason' is empty",
        ),
        (
            "points.csv",
            "learner,objective,points,reason\ns-1,notes,x,y\n",
            "points.csv:2:1: 'points'",
        ),
    ],
)
def test_a_mistake_in_an_overrides_file_is_named_with_its_line(
    submission: Path, tmp_path: Path, name: str, text: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    done = run(submission, "--overrides", path)
    assert done.returncode == 2
    assert said in done.stderr


def test_overrides_may_be_csv(submission: Path, tmp_path: Path) -> None:
    (submission / "notes.txt").unlink()
    path = tmp_path / "points.csv"
    path.write_text("learner,objective,points,reason\ns-1,notes,7.5,확인함\n", encoding="utf-8-sig")
    run(submission, "--overrides", path)
    assert result(submission)["score"] == 7.5


def test_a_journal_of_a_newer_version_is_refused(submission: Path) -> None:
    body = b'"prev":"%s","v":2,"seq":1}' % (b"0" * 64)
    line = b'{"hash":"%s",%s\n' % (hashlib.sha256(body).hexdigest().encode(), body)
    (submission / ".grade-lab").mkdir()
    (submission / ".grade-lab" / "journal.jsonl").write_bytes(line)
    for command in ("judge", "grade"):
        done = run(command, submission)
        assert done.returncode == 2
        assert "install a newer grade-lab" in done.stderr
    assert (submission / ".grade-lab" / "journal.jsonl").read_bytes() == line


def test_an_altered_journal_is_shown_and_the_rest_judged(submission: Path) -> None:
    run(submission)
    path = submission / ".grade-lab" / "journal.jsonl"
    path.write_text(path.read_text().replace("written by kim", "written by me!"))
    done = run("judge", submission)
    assert "altered" in done.stdout
    assert result(submission)["journal"]["intact"] is False  # type: ignore[index]


def test_the_sample_submission_is_judged_alike_everywhere(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for out in (first, second):
        done = run("judge", SAMPLE, "--out", out, "--lang", "ko")
        assert done.returncode == 0, done.stderr
    assert (first / "result.json").read_bytes() == (second / "result.json").read_bytes()
    judged = json.loads((first / "result.json").read_text(encoding="utf-8"))
    assert judged["score"] == judged["max_score"] == 100.0
