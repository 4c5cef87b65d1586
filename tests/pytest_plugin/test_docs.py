"""The code in the documentation is run as a reader would run it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from grader.facts import Image
from grader.needs import ContainerNeed, ImageNeed
from tests.factories import a_container, an_image
from tests.packages import install
from tests.pages import blocks, code
from tests.places import GRADE_LAB
from tests.pytest_plugin.course import outcomes, run, write_journal

LAYERS = """\
schema: grade-lab/rubric/1
id: layers
title: Layers
objectives:
  - id: few
    title: Few layers
    points: 10
    checks:
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The page's package, as pip would install it."""
    page = "checks-in-python.md"
    files = {name: text for name, kind, text in blocks(page) if kind == "python"}
    return install(tmp_path / "site", "my-checks", files, "\n".join(code(page, "toml")))


def test_the_check_of_the_page_passes_the_tests_of_the_page(package: Path) -> None:
    assert outcomes(run(package, "test_few_layers.py")) == {"passed": 4}


def test_the_check_and_the_format_of_the_page_are_found(package: Path, submission: Path) -> None:
    (line,) = code("checks-in-python.md", "yaml")
    rubric = package.parent / "layers.yaml"
    rubric.write_text(LAYERS + f"      {line}")
    layers = Image(id="sha256:" + "d" * 64, history=("RUN make",) * 3)
    write_journal(submission, [(ImageNeed(image="app:1.0"), layers)])
    done = subprocess.run(
        [GRADE_LAB, "judge", submission, "--rubric", rubric, "--format", "one_line", "--out", "-"],
        env={"PYTHONPATH": str(package), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "s-1: 10.00 of 10\n", done.stderr


def test_the_tests_of_the_pytest_page_judge_a_submission(course: Path, submission: Path) -> None:
    (page,) = (block for block in blocks("pytest.md") if block[1] == "python")
    name, _, text = page
    (course / name).write_text(text)
    web = a_container("web", "app:2.0")
    answers = [(ImageNeed(image="app:2.0"), an_image("app:2.0")), (ContainerNeed(name="web"), web)]
    write_journal(submission, answers)
    done = run(course, name, f"--submission={submission}")
    assert outcomes(done) == {"passed": 2, "failed": 1}, done.stdout
    assert "test_two_thirds_are_done" in done.stdout


@pytest.mark.parametrize("command", code("pytest.md", "console"))
def test_the_commands_of_the_pytest_page_are_understood(
    command: str, course: Path, submission: Path
) -> None:
    submission.rename(course / "ana")
    (course / "test_images.py").write_text("def test_it(evidence):\n    assert evidence\n")
    for line in command.splitlines():
        program, *words = re.findall(r'(?:[^\s"]|"[^"]*")+', line)
        assert program == "pytest"
        done = run(course, *(word.replace('"', "") for word in words), "--collect-only")
        assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


def test_the_rubrics_of_the_guide_have_no_mistakes(tmp_path: Path) -> None:
    for number, text in enumerate(code("rubrics.md", "yaml")):
        if text.startswith("schema:"):
            path = tmp_path / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            done = subprocess.run([GRADE_LAB, "rubric", "check", path], capture_output=True)
            assert done.returncode == 0, done.stderr
