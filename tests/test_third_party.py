"""A check type from another package: one file and one entry point, as the guide shows them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.needs import ImageNeed
from tests.packages import install
from tests.pages import code
from tests.places import GRADE_LAB, ROOT

RUBRIC = """\
schema: grade-lab/rubric/1
id: layers
title: Layers
objectives:
  - id: few
    title: Few layers
    points: 10
    checks: [{type: few_layers, image: "app:1.0", steps: 2}]
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment in which the guide's package is installed."""
    files = {"my_package.py": code("checks-in-python.md", "python")[0]}
    points = '[project.entry-points."grade_lab.checks"]\nfew_layers = "my_package:FewLayers"\n'
    site = install(tmp_path / "site", "my-package", files, points)
    return {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "rubric.yaml").write_text(RUBRIC)
    (folder / "lab.yaml").write_text("rubric: rubric.yaml\nlearner: {id: s-1}\n")
    seen = Observation.model_validate(
        {
            "at": "2026-01-02T03:04:05Z",
            "source": "engine",
            "need": ImageNeed(image="app:1.0"),
            "outcome": "found",
            "data": {"id": "sha256:" + "a" * 64, "history": ["FROM scratch", "COPY . ."]},
        }
    )
    JournalFile(folder / ".grade-lab" / "journal.jsonl").append([[seen]], "run-1")
    return folder


def run(env: dict[str, str], *args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GRADE_LAB, *args], env=env, capture_output=True, text=True, check=False)


def test_it_judges_and_has_its_row_in_the_reports(env: dict[str, str], submission: Path) -> None:
    done = run(env, "judge", submission, "--lang", "en")
    assert done.returncode == 0, done.stderr
    report = submission / ".grade-lab" / "report"
    (check,) = json.loads((report / "result.json").read_text())["objectives"][0]["checks"]
    assert (check["type"], check["status"], check["score"]) == ("few_layers", "pass", 10.0)
    assert check["evidence"][0]["detail"] == "2 steps"
    assert "at most 2 steps" in (report / "report.html").read_text()


def test_the_guides_project_file_names_its_module() -> None:
    """Else setuptools refuses the folder as soon as there is a test beside it."""
    told = tomllib.loads(code("checks-in-python.md", "toml")[0])
    (point,) = told["project"]["entry-points"]["grade_lab.checks"].values()
    assert told["tool"]["setuptools"]["py-modules"] == [point.partition(":")[0]]


def test_it_is_in_the_schema(env: dict[str, str]) -> None:
    schema = json.loads(run(env, "rubric", "schema").stdout)
    assert schema["$defs"]["check-few_layers"]["properties"]["steps"]["default"] == 20


def test_it_is_in_the_reference(env: dict[str, str]) -> None:
    program = "from check_reference import reference; print(reference())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=env,
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
    )
    assert "## `few_layers`\n\nThe image was built in at most ``steps`` steps." in done.stdout


def test_its_mistakes_are_told_like_any_others(env: dict[str, str], submission: Path) -> None:
    path = submission / "rubric.yaml"
    path.write_text(RUBRIC.replace("steps", "stpes"))
    done = run(env, "rubric", "check", path, "--lang", "en")
    assert done.returncode == 2
    assert "unknown field 'stpes'" in done.stdout
    assert "rubric.yaml:8:51" in done.stdout
    assert "did you mean 'steps'?" in done.stdout


def test_it_takes_no_place_of_what_comes_with_grade_lab(env: dict[str, str]) -> None:
    names = Path(env["PYTHONPATH"]) / "my_package-1.0.dist-info" / "entry_points.txt"
    names.write_text(names.read_text() + "image = my_package:FewLayers\n")
    program = "from grader.plugins import check_type as of; print(of('image'), of('few_layers'))"
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert done.stdout.split("'")[1::2] == ["checks.image.Image", "my_package.FewLayers"]


def test_a_package_that_cannot_be_imported_is_named(env: dict[str, str], submission: Path) -> None:
    (Path(env["PYTHONPATH"]) / "my_package.py").write_text("import no_such_module\n")
    done = run(env, "judge", submission, "--lang", "en")
    assert done.returncode == 2
    assert "the plug-in 'few_layers' of my-package is broken" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_guides_rubric_has_no_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "my-page.yaml"
    path.write_text(code("rubrics.md", "yaml")[0], encoding="utf-8")
    done = subprocess.run([GRADE_LAB, "rubric", "check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_check_reference_is_up_to_date() -> None:
    program = (
        "from check_reference import TARGET, reference; assert TARGET.read_text() == reference()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT / "scripts", check=True)
