"""What is released holds what it needs and nothing else."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

from tests.places import ROOT

CATALOGUE = "grader/locale/ko/LC_MESSAGES/grade_lab"
FOLDERS = {"grader", "checks", "rubrics"}
BESIDE = {"grade_lab_pytest.py", "grade_lab_safe_path.pth"}

pytestmark = pytest.mark.skipif(
    not (ROOT / ".git").exists() or not shutil.which("git"), reason="needs a git checkout"
)


def _release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "scripts" / "release.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tracked() -> set[str]:
    mine = ["--cached", "--others", "--exclude-standard"]  # what is about to be added, too
    command = ["git", "ls-files", "-z", *mine]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built: Path = _release().build(tmp_path_factory.mktemp("dist"))
    return built


def test_the_wheel_holds_the_packages_the_catalogues_and_nothing_else(
    wheel: Path, tracked: set[str]
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    packaged = {
        name
        for name in tracked
        if (name.partition("/")[0] in FOLDERS or name in BESIDE)
        and not name.endswith(".po")
        and not any(part.endswith(".tests") for part in PurePosixPath(name).parts)
    }
    assert names == packaged | {f"{CATALOGUE}.mo"}


def test_the_source_distribution_holds_what_git_holds(wheel: Path, tracked: set[str]) -> None:
    (path,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    left_out = {name for name in tracked if name.startswith((".ci/", ".github/"))}
    assert names == (tracked - left_out) | {"PKG-INFO"}


@pytest.mark.live
def test_the_wheel_works_in_a_clean_environment_of_each_python() -> None:
    smoke = [sys.executable, "scripts/release.py", "smoke"]
    done = subprocess.run(smoke, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "commands of" in done.stdout
