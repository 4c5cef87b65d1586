"""The design's rules of structure, held by tests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli.main import cli
from tests.places import ROOT

FOLDERS = ("grader", "checks", "tests", "scripts", "benchmarks", "sample_submission")


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_each_file_is_short_enough_to_hold_in_the_head() -> None:
    sources = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {path: count for path, count in lines.items() if count > 300} == {}


def test_what_tests_share_has_a_module_that_is_named_for_it() -> None:
    """A test module is a library for no other."""
    imports = re.compile(r"^ *(?:from|import) (?:[\w.]+\.)?test_\w+", re.MULTILINE)
    modules = (ROOT / "tests").rglob("*.py")
    assert [path for path in modules if imports.search(path.read_text(encoding="utf-8"))] == []


LOOKS = {"docker", "httptools", "requests", "ssl", "tarfile", "urllib3", "grader.collect"}
"""What only looking at engines, registries and apps needs."""

OTHER_COMMANDS = {"pebble", "psutil", "tenacity", "xlsxwriter", "grader.batch", "grader.verify"}


def imported_by(*args: str | Path) -> set[str]:
    """The modules that a command has imported when it ends."""
    code = (
        "import atexit, sys\n"
        "from grader.cli.main import main\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, *args]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return set(done.stderr.split())


@pytest.mark.skipif("coverage" in sys.modules, reason="coverage.py itself would be seen")
def test_help_imports_no_heavy_module_and_no_command() -> None:
    heavy = {"importlib.metadata", "jinja2", "pathlib", "pydantic", "rich", "ruamel"}
    imported = imported_by("--help")
    assert imported & (heavy | LOOKS | OTHER_COMMANDS) == set()
    commands = {f"grader.cli.{name}" for name in cli.commands}
    assert "grader.cli.main" in imported
    assert imported & commands == set()


def test_judging_imports_nothing_of_what_only_other_commands_need(tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT / "sample_submission", tmp_path / "sample")
    assert imported_by("judge", copy, "--quiet") & (LOOKS | OTHER_COMMANDS | {"rich"}) == set()


def test_a_result_for_a_program_needs_no_page_and_no_table(tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT / "sample_submission", tmp_path / "sample")
    imported = imported_by("judge", copy, "--format", "json", "--out", "-")
    assert imported & {"jinja2", "rich", "grader.report.html"} == set()


def test_a_rubric_imports_only_the_check_types_that_it_names(tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT / "sample_submission", tmp_path / "sample")
    rubric = ROOT / "benchmarks" / "peers" / "facts.yaml"
    imported = imported_by("judge", copy, "--rubric", rubric, "--format", "json", "--out", "-")
    assert {name for name in imported if name.startswith("checks.")} == {
        "checks.container",
        "checks.engine",
        "checks.image",
        "checks.logs",
        "checks.same_image",
    }
