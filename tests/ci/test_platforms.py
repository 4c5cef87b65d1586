"""What each platform is told: GitHub by files and commands, GitLab by a report of its own."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path

import pytest

from grader.ci.contract import Finding, Graded, Level
from grader.ci.findings import findings
from grader.ci.github import PER_LEVEL, SUMMARY_BYTES, GitHub
from grader.ci.gitlab import CODE_QUALITY, GitLab
from grader.ci.plain import Plain
from grader.ci.platforms import detect
from grader.errors import OutputError
from grader.result import Place, Result
from tests.ci.runner import commands, outputs
from tests.results import a_check, a_result, an_objective


def graded(folder: Path, *findings: Finding, result: Result | None = None) -> Graded:
    return Graded(result or a_result(), {}, folder / "out", findings)


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    files = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "output"}
    return GitHub({name: str(tmp_path / file) for name, file in files.items()}, tmp_path)


@pytest.mark.parametrize(
    ("env", "kind"),
    [
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, GitHub),
        ({"GITLAB_CI": "true", "CI": "true"}, GitLab),
        ({"GITHUB_ACTIONS": "false"}, Plain),
        ({"CI": "true"}, Plain),
        ({}, Plain),
    ],
)
def test_the_platform_is_known_by_its_variables(
    env: dict[str, str], kind: type, tmp_path: Path
) -> None:
    assert type(detect(env, tmp_path)) is kind


def test_the_dearest_come_first_and_no_more_than_are_shown(github: GitHub, tmp_path: Path) -> None:
    cheap = [a_check("fail", f"cheap {i}", max_score=Decimal(1)) for i in range(15)]
    dear = a_check("fail", "dear", max_score=Decimal(9))
    waits = a_check("skip", "waits")
    result = a_result(objectives=(an_objective("A", *cheap, dear, waits),))
    told = graded(tmp_path, *findings(result, tmp_path, tmp_path), result=result)
    said = [command.data for command in commands(github.log("", told).encode())]
    assert len(said) == PER_LEVEL
    assert said[0] == "dear"
    assert said[1:4] == ["cheap 0", "cheap 1", "cheap 2"]


def test_verdicts_are_told_by_who_has_to_act(tmp_path: Path) -> None:
    statuses = ("pass", "fail", "partial", "unproven", "error", "review", "skip")
    result = a_result(objectives=(an_objective("A", *(a_check(s, s) for s in statuses)),))
    told = {one.message: one.level for one in findings(result, tmp_path, tmp_path)}
    assert told == {
        "fail": Level.ERROR,
        "partial": Level.WARNING,
        "unproven": Level.WARNING,
        "error": Level.NOTICE,
        "review": Level.NOTICE,
    }


def test_a_finding_has_the_place_the_words_and_the_hint(tmp_path: Path) -> None:
    places = (
        Place(path="Dockerfile", line=3, message="no tag"),
        Place(path=".", message="a folder"),
        Place(path="../elsewhere", message="outside"),
    )
    check = a_check("fail", "all in all", hint="write one", places=places)
    result = a_result(objectives=(an_objective("A", check),))
    told = findings(result, tmp_path / "lab", tmp_path)
    assert [(one.path, one.line, one.message) for one in told] == [
        ("lab/Dockerfile", 3, "no tag\nwrite one"),
        ("lab", None, "a folder"),
        ("elsewhere", None, "outside"),
    ]
    assert findings(result, tmp_path, tmp_path)[2].path is None


def test_summary_and_outputs_are_added_to_what_is_there(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "summary").write_text("before", encoding="utf-8")
    (tmp_path / "output").write_text("mine=1", encoding="utf-8")
    github.publish(graded(tmp_path))
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary.startswith("before\n#")
    assert "Containers and Docker" in summary
    told = outputs((tmp_path / "output").read_text(encoding="utf-8"))
    assert told.pop("mine") == "1"
    classroom = json.loads(base64.b64decode(told.pop("result")))
    assert classroom["max_score"] == float(a_result().max_score)
    assert told == {
        "score": "19",
        "max_score": "55",
        "passed": "false",
        "complete": "false",
        "report": str((tmp_path / "out").resolve()),
    }


def test_nothing_is_added_between_what_ends_with_its_line(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "summary").write_text("before\n", encoding="utf-8")
    github.publish(graded(tmp_path))
    github.publish(graded(tmp_path))
    written = (tmp_path / "summary").read_text(encoding="utf-8")
    assert written.startswith("before\n#")
    assert written.count("\n# ") == 2


def test_a_step_without_outputs_gets_its_summary_all_the_same(tmp_path: Path) -> None:
    GitHub({"GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}, tmp_path).publish(graded(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["summary"]


def test_an_output_cannot_name_another(github: GitHub, tmp_path: Path) -> None:
    told = Graded(a_result(), {}, tmp_path / "x\nEOF\npassed=true\ny", ())
    github.publish(told)
    said = outputs((tmp_path / "output").read_text(encoding="utf-8"))
    assert said["passed"] == "false"
    assert said["report"].endswith("x\nEOF\npassed=true\ny")


def test_a_summary_that_has_no_room_is_the_score(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "summary").write_bytes(b"x" * (SUMMARY_BYTES - 500))
    github.publish(graded(tmp_path))
    written = (tmp_path / "summary").read_bytes()
    assert len(written) < SUMMARY_BYTES
    assert b"19 of 55 points" in written


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    github = GitHub({"GITHUB_OUTPUT": str(tmp_path / "none" / "output")}, tmp_path)
    with pytest.raises(OutputError):
        github.publish(graded(tmp_path))


def test_gitlab_gets_what_is_wrong_in_files(tmp_path: Path) -> None:
    told = [
        Finding(Level.ERROR, "A", "no tag", "Dockerfile", 3, "a.1"),
        Finding(Level.ERROR, "A", "no tag", "Dockerfile", 5, "a.1"),
        Finding(Level.WARNING, "B", "too short", "answers.md", None, "b.1"),
        Finding(Level.NOTICE, "C", "about no file", check="c.1"),
    ]
    platform = GitLab({"CI_PROJECT_DIR": str(tmp_path)}, tmp_path / "elsewhere")
    assert platform.root == tmp_path
    platform.publish(graded(tmp_path, *told))
    issues = json.loads((tmp_path / "out" / CODE_QUALITY).read_text(encoding="utf-8"))
    assert [(i["location"]["path"], i["location"]["lines"]["begin"]) for i in issues] == [
        ("Dockerfile", 3),
        ("Dockerfile", 5),
        ("answers.md", 1),
    ]
    assert [i["severity"] for i in issues] == ["major", "major", "minor"]
    assert len({i["fingerprint"] for i in issues}) == 3
    for issue in issues:
        assert issue.keys() == {
            "description",
            "check_name",
            "fingerprint",
            "severity",
            "location",
        }


def test_a_fingerprint_stays_when_the_line_moves(tmp_path: Path) -> None:
    platform, known = GitLab({}, tmp_path), set()
    for line in (3, 30):
        platform.publish(graded(tmp_path, Finding(Level.ERROR, "A", "m", "f", line, "a.1")))
        [issue] = json.loads((tmp_path / "out" / CODE_QUALITY).read_text(encoding="utf-8"))
        known.add(issue["fingerprint"])
    assert len(known) == 1


def test_a_line_of_plain_output_is_one_line(tmp_path: Path) -> None:
    finding = Finding(Level.ERROR, "A", "one\ntwo\r::error::\x1b[1mx", "Dockerfile", 2, "a.1")
    note = Finding(Level.WARNING, "grade-lab", "a note")
    elsewhere = Finding(Level.ERROR, "A", "in the table", check="a.2")
    lines = Plain(tmp_path).log("table", graded(tmp_path, note, finding, elsewhere)).splitlines()
    assert lines == ["table", "grade-lab: a note", "Dockerfile:2: error: one → two␍::error::x"]
