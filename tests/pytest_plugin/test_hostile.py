"""What a submission holds is judged, and not run: whatever its files are called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.pytest_plugin.course import PYTEST, outcomes, run

EVERY = {"passed": 1, "failed": 3, "skipped": 2, "error": 1}
PACKAGES = ("grader", "checks", "rubrics", "click", "docker", "pydantic", "ruamel")
TRAP = "open({!r}, 'a').write(__name__ + ' ')\n"
PYTHON = [sys.executable, "-m", "pytest"]


@pytest.fixture
def trap(submission: Path) -> Path:
    """The file that the code of the submission would write."""
    told = submission.parent / "was-run"
    code = TRAP.format(str(told))
    for name in PACKAGES:
        (submission / name).mkdir()
        (submission / name / "__init__.py").write_text(code)
    for name in ("conftest.py", "test_learner.py", "grader.py", "checks.py"):
        (submission / name).write_text(code)
    return told


@pytest.mark.parametrize("start", [[PYTEST], PYTHON], ids=["pytest", "python -m pytest"])
@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["", "xdist"])
def test_none_of_it_is_run_by_who_judges_in_it(
    course: Path, submission: Path, trap: Path, start: list[str | Path], more: list[str]
) -> None:
    rubric = course / "my.rubric.yaml"
    done = run(submission, f"--rubric={rubric}", *more, start=start)
    assert not trap.exists(), trap.read_text()
    assert outcomes(done) == EVERY, done.stdout + done.stderr


@pytest.mark.parametrize("start", [[PYTEST], PYTHON], ids=["pytest", "python -m pytest"])
def test_none_of_it_is_run_by_tests_that_lie_elsewhere(
    course: Path, submission: Path, trap: Path, start: list[str | Path]
) -> None:
    (course / "conftest.py").write_text("print('mine')\n")
    (course / "test_mine.py").write_text(
        "from grader.needs import ImageNeed\n\n\n"
        "def test_it(evidence, lab):\n"
        "    assert evidence.of(ImageNeed(image='app:1.0')).found\n"
    )
    done = run(submission, course, "--submission=.", start=start)
    assert not trap.exists(), trap.read_text()
    assert outcomes(done) == {**EVERY, "passed": 2}, done.stdout + done.stderr


def test_none_of_it_is_collected_from_above(course: Path, submission: Path, trap: Path) -> None:
    (course / "test_mine.py").write_text("def test_it(lab):\n    assert lab.result\n")
    done = run(course.parent, "--submission=submission")
    assert not trap.exists(), trap.read_text()
    assert outcomes(done) == {**EVERY, "passed": 2}, done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--submission=../submission", "--rubric=my.rubric.yaml"])
def test_its_settings_are_not_taken(
    course: Path, submission: Path, trap: Path, option: str
) -> None:
    (submission / "pytest.ini").write_text("[pytest]\naddopts = -k image\n")
    options = ["--rubric=my.rubric.yaml", "--submission=../submission"]
    assert outcomes(run(course, *options)) == EVERY
    for done in (
        run(course, "--rubric", "my.rubric.yaml", "--submission", "../submission"),
        run(submission, "--rubric=../course/my.rubric.yaml"),
    ):
        assert not trap.exists(), trap.read_text()
        taken = "pytest took its settings from the submission" in done.stderr
        assert taken or outcomes(done) == EVERY


def test_a_conftest_that_pytest_would_run_unasked_is_refused(
    course: Path, submission: Path, trap: Path
) -> None:
    folder = submission.rename(course / "test-ana")
    done = run(course, "--submission=test-ana")
    assert not trap.exists(), trap.read_text()
    assert "begins with `test`" in done.stderr
    assert outcomes(run(course, f"--submission={folder}", "--noconftest")) == EVERY
    assert not trap.exists(), trap.read_text()


@pytest.mark.parametrize("way", ["file", "option", "fixture"])
def test_another_package_of_our_name_is_never_used_as_ours(
    course: Path, submission: Path, way: str
) -> None:
    (submission / "grader.py").write_text("")
    (submission / "conftest.py").write_text("import grader\n")
    if way == "fixture":
        (submission / "test_it.py").write_text("def test_it(lab):\n    pass\n")
    elif way == "file":
        (course / "my.rubric.yaml").rename(submission / "my.rubric.yaml")
    options = [".", "--rubric=../course/my.rubric.yaml"] if way == "option" else []
    done = run(submission, *options)
    told = done.stdout + done.stderr
    assert "another 'grader' was imported in place of grade-lab's" in told
    assert "Traceback" not in told
    assert "grade_lab_pytest.py" not in told
    assert done.returncode != 0
