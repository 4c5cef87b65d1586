"""Warnings: what is no mistake in a rubric, and yet unlikely to be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.warn import warnings
from grader.errors import Problem
from grader.rubric.find import shipped
from grader.rubric.load import load
from tests.authoring.a_rubric import REWRITTEN, SOUND, WARNINGS


def found(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    return warnings(load(path, lenient=True), path)


def test_a_sound_rubric_has_none(tmp_path: Path) -> None:
    assert found(tmp_path, SOUND) == []


@pytest.mark.parametrize(("code", "old", "new", "mark"), WARNINGS)
def test_a_warning_has_its_place_and_a_way_out(
    tmp_path: Path, code: str, old: str, new: str | None, mark: str
) -> None:
    assert old in SOUND
    text = REWRITTEN[code] if new is None else SOUND.replace(old, new, 1)
    (problem,) = found(tmp_path, text)
    assert problem.code == code
    assert problem.help is not None
    assert problem.snippet is not None
    start = problem.snippet.column - 1
    assert problem.snippet.text[start : start + problem.snippet.length] == mark


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_rubrics_have_none(name: str) -> None:
    path = shipped()[name]
    assert [str(warning) for warning in warnings(load(path, lenient=True), path)] == []
