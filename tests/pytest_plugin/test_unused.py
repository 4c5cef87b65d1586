"""Who does not use the plugin does not pay for it, nor gets in its way."""

from __future__ import annotations

from pathlib import Path

from tests.pytest_plugin.course import outcomes, run

UNTOUCHED = """\
import sys


def test_nothing_of_grade_lab_was_imported():
    names = {name.partition(".")[0] for name in sys.modules}
    assert not names & {"grader", "checks", "rubrics", "docker", "pydantic", "ruamel"}
    assert "grade_lab_pytest" in names
"""
OWN_PACKAGE = "import checks.mine\n\n\ndef test_own():\n    assert checks.mine.VALUE == 1\n"


def test_nothing_is_imported_in_a_run_without_rubrics(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(UNTOUCHED)
    done = run(tmp_path)
    assert outcomes(done) == {"passed": 1}, done.stdout


def test_packages_of_the_same_names_are_ones_own(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "__init__.py").touch()
    (tmp_path / "checks" / "mine.py").write_text("VALUE = 1\n")
    (tmp_path / "test_own.py").write_text(OWN_PACKAGE)
    assert outcomes(run(tmp_path)) == {"passed": 1}


def test_it_can_be_switched_off(course: Path) -> None:
    done = run(course, "-p", "no:grade_lab")
    assert outcomes(done) == {} or "no tests ran" in done.stdout
    done = run(course, "-p", "no:grade_lab", "--rubric=my.rubric.yaml")
    assert "unrecognized arguments: --rubric=my.rubric.yaml" in done.stderr
