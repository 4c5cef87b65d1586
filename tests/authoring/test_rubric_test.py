"""``grade-lab rubric test``: a rubric's example submissions are judged as they should be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli.main import cli
from grader.errors import GradeLabError
from grader.journal_file import JournalFile
from tests.factories import submitted

RUBRIC = """\
schema: grade-lab/rubric/1
id: demo
title: Demo
objectives:
  - id: notes
    title: Notes
    points: 10
    checks:
      - {type: file, path: notes.txt, contains: hello}
  - id: plan
    title: Plan
    points: 5
    checks:
      - {type: file, path: docs/plan.txt}
"""


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    path = tmp_path / "demo.yaml"
    path.write_text(RUBRIC, encoding="utf-8")
    return path


def a_submission(folder: Path, notes: str) -> Path:
    files = {"notes.txt": notes, "docs/plan.txt": "first, then", ".env": "TOKEN=x", "own.txt": "x"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "lab.yaml").write_text("learner: {id: s-1}\n", encoding="utf-8")
    observations = [submitted(name, text) for name, text in files.items() if name != ".env"]
    JournalFile(folder / ".grade-lab" / "journal.jsonl").append([observations], "run-1")
    return folder


def run(*args: object) -> Result:
    return CliRunner().invoke(
        cli, ["rubric", "test", *map(str, args), "--lang", "en"], standalone_mode=False
    )


def passed(result: Result) -> bool:
    return result.exception is None and result.return_value == 0


@pytest.fixture
def good(rubric: Path, tmp_path: Path) -> Path:
    """The case ``good``, added by the command."""
    submission = a_submission(tmp_path / "handed-in", "hello")
    assert passed(run(rubric, "--add", submission, "--name", "good"))
    return tmp_path / "demo.tests" / "good"


def test_a_rubric_without_tests_tells_how_to_add_one(rubric: Path) -> None:
    path = rubric.rename(rubric.with_name("my demo.yaml"))
    error = run(path).exception
    assert isinstance(error, GradeLabError)
    assert f"`grade-lab rubric test '{path}' --add FOLDER --name good`" in str(error.advice[0])


def test_added_is_what_the_rubric_names_and_no_secret(good: Path) -> None:
    copied = {path.relative_to(good).as_posix() for path in good.rglob("*") if path.is_file()}
    assert copied == {
        ".grade-lab/journal.jsonl",
        "docs/plan.txt",
        "expected.yaml",
        "lab.yaml",
        "notes.txt",
    }


def test_a_file_that_is_compared_with_the_image_is_copied_and_its_folder_is_not(
    rubric: Path, tmp_path: Path
) -> None:
    check = "{type: built_from, image: app, source: {/a: notes.txt, /b: docs}}"
    text = RUBRIC.replace("{type: file, path: docs/plan.txt}", check)
    rubric.write_text(text, encoding="utf-8")
    submission = a_submission(tmp_path / "handed-in", "hello")
    assert passed(run(rubric, "--add", submission))
    assert (tmp_path / "demo.tests" / "handed-in" / "notes.txt").exists()
    assert not (tmp_path / "demo.tests" / "handed-in" / "docs").exists()


def test_an_env_file_is_not_copied_even_if_the_rubric_names_it(
    rubric: Path, tmp_path: Path
) -> None:
    rubric.write_text(RUBRIC.replace("docs/plan.txt", ".env"), encoding="utf-8")
    submission = a_submission(tmp_path / "handed-in", "hello")
    assert passed(run(rubric, "--add", submission))
    assert (tmp_path / "demo.tests" / "handed-in" / "notes.txt").exists()
    assert not (tmp_path / "demo.tests" / "handed-in" / ".env").exists()


def test_a_link_out_of_the_submission_is_not_followed(rubric: Path, tmp_path: Path) -> None:
    submission = a_submission(tmp_path / "handed-in", "hello")
    (tmp_path / "private").write_text("mine", encoding="utf-8")
    (submission / "docs" / "plan.txt").unlink()
    (submission / "docs" / "plan.txt").symlink_to(tmp_path / "private")
    assert passed(run(rubric, "--add", submission, "--name", "linked"))
    assert not (tmp_path / "demo.tests" / "linked" / "docs").exists()


def test_a_new_case_expects_everything_that_was_judged(good: Path) -> None:
    assert (good / "expected.yaml").read_text(encoding="utf-8") == (
        "score: 15\npassed: true\ncomplete: true\nobjectives:\n"
        "  notes: {status: pass, score: 10}\n  plan: {status: pass, score: 5}\n"
    )


def test_a_difference_names_objective_and_message(rubric: Path, good: Path) -> None:
    (good / "expected.yaml").write_text(
        "score: 1.5\npassed: false\nobjectives:\n  notes: fail\n  plan: {score: 2.5}\n",
        encoding="utf-8",
    )
    result = run(rubric)
    assert result.return_value == 1
    assert "notes: expected fail, got pass" in result.output
    assert "plan: expected 2.5, got pass (5)" in result.output
    assert "score: expected 1.5, got 15" in result.output
    assert "passed: expected false, got true" in result.output
    assert "notes.1 file: pass: notes.txt" in result.output
    assert "as expected: 0, different: 1, with errors: 0" in result.output


def test_what_is_not_mentioned_may_be_anything(rubric: Path, good: Path) -> None:
    (good / "expected.yaml").write_text("objectives: {plan: pass}\n", encoding="utf-8")
    assert passed(run(rubric))


def test_update_keeps_comments_and_what_was_left_out(rubric: Path, good: Path) -> None:
    before = "# why\npassed: false # soon\nobjectives:\n  plan: fail # once\n  gone: pass\n"
    (good / "expected.yaml").write_text(before, encoding="utf-8")
    assert passed(run(rubric, "--update"))
    after = "# why\npassed: true  # soon\nobjectives:\n  plan: pass # once\n"
    assert (good / "expected.yaml").read_text(encoding="utf-8") == after


def test_update_changes_nothing_where_all_is_as_expected(rubric: Path, good: Path) -> None:
    own = 'objectives: {"plan":   {status: "pass"}}\n'
    (good / "expected.yaml").write_text(own, encoding="utf-8")
    assert "brought up to date" not in run(rubric, "--update").output
    assert (good / "expected.yaml").read_text(encoding="utf-8") == own


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("objectives:\n  plam: pass\n", "expected.yaml:2:3: there is no objective 'plam'; did you"),
        (
            "objectives:\n  plan: passed\n",
            "expected.yaml:2:9: 'plan' cannot be 'passed'; did you mean 'pass'?",
        ),
        ("objectives:\n  plan: {}\n", "expects nothing"),
        ("scroe: 1\n", "unknown field 'scroe'; did you mean 'score'?"),
        ("{}\n", "expects nothing"),
        ("", "is not a map of fields"),
        ("a: [\n", "expected.yaml:1:4: not valid YAML"),
    ],
)
def test_a_mistake_in_an_expectation_has_its_place(
    rubric: Path, good: Path, expected: str, said: str
) -> None:
    (good / "expected.yaml").write_text(expected, encoding="utf-8")
    result = run(rubric)
    assert result.return_value == 2
    assert said in result.output


def test_a_broken_case_does_not_hide_the_others(rubric: Path, good: Path) -> None:
    shutil.copytree(good, good.parent / "broken")
    (good.parent / "broken" / "lab.yaml").write_text("nothing", encoding="utf-8")
    (good.parent / "silent").mkdir()
    result = run(rubric)
    assert result.return_value == 2
    assert "as expected: 1, different: 0, with errors: 2" in result.output
    assert "there is no expected.yaml" in result.output


def test_what_no_case_fails_or_passes_is_a_hint(rubric: Path, good: Path, tmp_path: Path) -> None:
    result = run(rubric)
    assert "no case fails anything" in result.output
    submission = a_submission(tmp_path / "other", "no greeting")
    result = run(rubric, "--add", submission)
    assert "hint: no case fails 'plan'" in result.output
    assert passed(result)


def test_a_rubric_without_tests_says_how_to_add_one(rubric: Path) -> None:
    result = run(rubric)
    assert isinstance(result.exception, GradeLabError)
    assert "--add FOLDER" in str(result.exception.advice[0])


@pytest.mark.parametrize("name", ["../out", "", ".hidden", "a/b"])
def test_a_case_stays_in_its_folder(rubric: Path, tmp_path: Path, name: str) -> None:
    submission = a_submission(tmp_path / "handed-in", "hello")
    result = run(rubric, "--add", submission, "--name", name)
    assert isinstance(result.exception, GradeLabError)
    assert not (tmp_path / "demo.tests").exists()


def test_a_case_is_not_replaced(rubric: Path, good: Path, tmp_path: Path) -> None:
    result = run(rubric, "--add", tmp_path / "handed-in", "--name", "good")
    assert "a case 'good' already" in str(result.exception)


def test_terminal_escapes_of_a_case_are_not_printed(rubric: Path, good: Path) -> None:
    text = 'objectives:\n  notes: fail\n  "\\e[31mred": pass\n'
    (good / "expected.yaml").write_text(text, encoding="utf-8")
    assert "\x1b" not in run(rubric, "--no-color").output


def test_nothing_is_kept_beside_a_rubric_of_the_installed_package(
    rubric: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.authoring.keep.shipped", lambda: {"demo": rubric})
    submission = a_submission(tmp_path / "handed-in", "hello")
    refused = run(rubric, "--add", submission, "--name", "good").exception
    assert isinstance(refused, GradeLabError)
    assert str(rubric) in str(refused.advice[0])
    assert "`grade-lab rubric test demo.yaml`" in str(refused.advice[0])
    assert not (tmp_path / "demo.tests").exists()
