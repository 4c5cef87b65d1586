"""The guide for authors: what it shows is as the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli.main import cli
from tests.pages import code, page

GUIDE = "rubrics.md"


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["rubric", *args, "--lang", "en"], standalone_mode=False)


@pytest.fixture
def rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("my-page.yaml")
    path.write_text(code(GUIDE, "yaml")[0], encoding="utf-8")
    return path


def test_its_rubric_has_neither_mistakes_nor_warnings(rubric: Path) -> None:
    output = run("check", str(rubric)).output
    assert output == "✓ my-page: 3 objectives, 5 checks, 100 points: no mistakes\n"
    assert output.removeprefix("✓ ").strip() in page(GUIDE)


def test_its_mistake_is_told_as_shown(rubric: Path) -> None:
    (shown,) = [
        block for block in code(GUIDE, "console") if block.startswith("$ grade-lab rubric check")
    ]
    text = rubric.read_text(encoding="utf-8").replace("        contains:", "        contain:")
    rubric.write_text(text, encoding="utf-8")
    assert run("check", str(rubric)).output.startswith(shown.partition("\n")[2])


def test_its_commands_and_options_exist() -> None:
    lines = "\n".join(code(GUIDE, "console")).splitlines()
    typed = {line.split()[2] for line in lines if line.startswith("grade-lab rubric ")}
    assert typed == {"new", "check", "show", "test"}
    for name in typed:
        options = {
            word
            for line in lines
            if line.startswith(f"grade-lab rubric {name} ")
            for word in line.split()
            if word.startswith("--")
        }
        assert options <= set(re.findall(r"--[a-z-]+", run(name, "--help").output))
