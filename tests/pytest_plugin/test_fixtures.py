"""Checks written in Python: what the fixtures give, and what they say when they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pytest_plugin.course import outcomes, run

TESTS = """\
from grader.facts import Reason
from grader.needs import EngineNeed, ImageNeed


def test_evidence(evidence):
    assert evidence.of(ImageNeed(image="app:1.0")).found
    assert evidence.of(EngineNeed()).unavailable is Reason.ENGINE_UNREACHABLE


def test_lab(lab):
    assert lab.learner.id == "s-1"
    assert lab.folder.name == "submission"
    assert lab.rubric.id == "every-verdict"
    assert lab.variables == {"app": "app"}
    assert lab.result.objectives[0].status == "partial"
"""


@pytest.fixture
def tests(course: Path) -> Path:
    path = course / "test_mine.py"
    path.write_text(TESTS)
    return path


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["", "xdist"])
def test_tests_are_given_the_judged_submission(
    tests: Path, submission: Path, more: list[str]
) -> None:
    done = run(tests.parent, tests, f"--submission={submission}", *more)
    assert outcomes(done) == {"passed": 2}, done.stdout


def test_a_rubric_and_tests_are_run_together(tests: Path, submission: Path) -> None:
    options = ["--rubric=my.rubric.yaml", f"--submission={submission}"]
    done = run(tests.parent, tests, *options, "-k", "1-image or test_")
    assert outcomes(done) == {"passed": 3, "deselected": 6}, done.stdout


def test_what_is_missing_is_an_error_in_words(tests: Path) -> None:
    done = run(tests.parent, tests, "--submission=.")
    assert outcomes(done) == {"error": 2}
    assert "there is no lab.yaml in " in done.stdout
    assert "nothing is recorded yet in " in done.stdout
    assert "add --grade-lab-collect" in done.stdout
    assert "raise " not in done.stdout


def test_evidence_needs_no_rubric(tests: Path, submission: Path) -> None:
    (submission / "lab.yaml").unlink()
    done = run(tests.parent, tests, f"--submission={submission}", "-k", "evidence")
    assert outcomes(done) == {"passed": 1, "deselected": 1}
