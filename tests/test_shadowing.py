"""A submission may hold folders named like ours; its code is never imported by the grader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import GRADE_LAB

SHADOWS = (
    *("grader", "checks", "rubrics", "click", "docker", "json"),
    *("pathlib", "signal", "threading", "contextlib", "typing", "types", "warnings", "runpy"),
    *("functools", "collections", "enum", "re", "pkgutil", "importlib"),
)


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    for name in SHADOWS:
        package = tmp_path / name
        package.mkdir()
        for file in ("__init__.py", "__main__.py", "cli.py", "image.py"):
            (package / file).write_text(
                "open('imported', 'a').write(__name__)\nraise SystemExit(7)\n"
            )
    (tmp_path / "sitecustomize.py").write_text("open('imported', 'a').write(__name__)\n")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        [str(GRADE_LAB)],
        [sys.executable, "-m", "grader"],
        [sys.executable, "-X", "utf8", "-m", "grader"],
        [sys.executable, "-P", "-m", "grader"],
    ],
    ids=["grade-lab", "python -m grader", "python -X -m grader", "python -P -m grader"],
)
def test_the_command_imports_its_own_code(submission: Path, command: list[str]) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*command, "rubric", "show", "container-and-docker", "--lang", "en"],
        cwd=submission,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (submission / "imported").exists()
    assert done.returncode == 0, done.stderr
    assert "container-and-docker" in done.stdout
