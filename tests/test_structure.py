"""The design's rules of structure, held by tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("grader", "checks") for path in (ROOT / folder).rglob("*.py"))


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_enough_to_hold_in_the_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_help_imports_none_of_the_heavy_modules() -> None:
    code = (
        "import sys; sys.argv = ['grade-lab', '--help']\n"
        "from grader.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'docker', 'jinja2', 'pydantic', 're2', 'requests', 'rich', 'ruamel'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
