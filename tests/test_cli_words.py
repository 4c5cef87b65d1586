"""What a person reads who mistypes a command, or asks for help: all of it in their language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from grader.messages import LANGUAGES
from tests.places import GRADE_LAB

MISTYPED = {
    "no such option": "grade --nope",
    "one like it": "grade --opn",
    "several like it": "watch --ever --on",
    "before any command": "--lan ko",
    "no value": "grade --rubric",
    "a value too many": "grade --quiet=yes",
    "too many words": "grade my lab",
    "no such choice": "doctor --format xml",
    "only choices": "rubric schema no",
    "no such language": "grade --lang fr",
    "no number": "batch class --jobs many",
    "out of range": "batch class --jobs 0",
    "no source": "batch run",
    "no such command": "rubric nope",
    "a command like it": "graed",
    "neither command nor folder": "help",
    "a file": "lab.yaml",
    "no pair": "grade --set name",
    "no points": "ci --fail-under many",
    "not together": "watch --everything --page",
}
IN_ENGLISH = {
    "neither command nor folder": "  → `grade-lab --help` shows the commands",
    "a file": "  → go to the folder that it is in (`cd`), and type `grade-lab` alone",
    "too many words": "Error: Got unexpected extra argument (lab)",
    "no such choice": "Error: Invalid value for '--format': 'xml' is not one of 'text', 'json'.",
    "no source": "Error: Missing argument 'SOURCE'.",
    "no value": "Error: Option '--rubric' requires an argument.",
}
MISTYPE = """
import sys
from grader.cli.main import main
for line in sys.stdin.read().splitlines():
    try:
        main(line.split())
    except SystemExit as ended:
        print("ended with", ended.code, file=sys.stderr, flush=True)
"""
HANGUL = re.compile("[가-힣]")


def told(lang: str, folder: Path) -> dict[str, str]:
    """What each mistyped command says, in a fresh folder, where this is the environment's language.

    Warnings are errors.
    """
    (folder / "lab.yaml").touch()
    inherited = {n: v for n, v in os.environ.items() if n not in {"LC_ALL", "LC_MESSAGES"}}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", MISTYPE],
        input="\n".join(MISTYPED.values()),
        env={**inherited, "LANG": lang, "LANGUAGE": "", "PYTHONUTF8": "1"},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    said = done.stderr.split("ended with 2\n")
    assert (len(said), said[-1]) == (len(MISTYPED) + 1, "")
    return dict(zip(MISTYPED, said, strict=False))


def test_a_korean_learner_who_mistypes_reads_korean_only(tmp_path: Path) -> None:
    for case, text in told("ko_KR.UTF-8", tmp_path).items():
        lines = [line for line in text.splitlines() if line]
        assert lines
        assert [line for line in lines if not HANGUL.search(line)] == [], case


def test_english_is_what_it_was(tmp_path: Path) -> None:
    texts = told("en_US.UTF-8", tmp_path)
    assert not HANGUL.search("".join(texts.values()))
    for case, said in IN_ENGLISH.items():
        assert texts[case].splitlines()[-1].replace('"', "'") == said


@pytest.mark.parametrize(
    "args",
    [
        "--lang ko --nope",
        "--lang=ko judge --nope",
        "--lang ko shell --nope",
        "--lang ko rubric show",
        "--lang ko batch review",
        "--lang ko batch run",
        "doctor x y --lang=ko",
        "rubric schema x --lang ko",
    ],
)
def test_a_mistake_beside_the_language_is_told_in_it(tmp_path: Path, args: str) -> None:
    """Where the environment names no language, as on Windows."""
    unset = {"LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"}
    done = subprocess.run(
        [GRADE_LAB, *args.split()],
        env={**{n: v for n, v in os.environ.items() if n not in unset}, "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("사용법: grade-lab ")
    assert "\n오류: " in done.stderr
    assert "--lang" not in done.stderr


@pytest.mark.parametrize("command", ["", "batch", "batch run", "doctor", "judge", "rubric new"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_fits_into_80_columns(tmp_path: Path, command: str, lang: str) -> None:
    done = subprocess.run(
        [GRADE_LAB, "--lang", lang, *command.split(), "--help"],
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "80"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert [line for line in done.stdout.splitlines() if cell_len(line) > 80] == []
    assert "..." not in done.stdout.replace("[ARGS]...", "")


def test_help_is_korean_but_for_what_is_typed(tmp_path: Path) -> None:
    done = subprocess.run(
        [GRADE_LAB, "--lang", "ko", "grade", "--help"],
        env={**os.environ, "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "사용법: grade-lab grade" in done.stdout
    for english in ("Usage", "Options", "default", "Show this"):
        assert english not in done.stdout
