"""The shipped rubrics judge what was recorded of real runs as they should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.authoring import cases
from grader.rubric.find import shipped
from grader.rubric.load import load

BACKTICKS = re.compile(r"`([^`]+)`")
CASES = [(path, case) for path in shipped().values() for case in cases.cases(path)]
WITH_CASES = [path for path in shipped().values() if cases.cases(path)]


@pytest.mark.parametrize(
    ("path", "case"), CASES, ids=[f"{path.stem}/{case.name}" for path, case in CASES]
)
def test_a_recorded_run_is_judged_as_it_should_be(path: Path, case: Path) -> None:
    outcome = cases.run_case(case, path, load(path, {}, lenient=True), {}, "en")
    assert outcome.error is None
    told = [(str(different.message), different.reasons) for different in outcome.differences]
    assert not told


@pytest.mark.parametrize("path", WITH_CASES, ids=lambda path: path.stem)
def test_a_shipped_rubric_has_a_hundred_points_and_its_cases_try_every_objective(
    path: Path,
) -> None:
    rubric = load(path, {}, lenient=True)
    outcomes = [cases.run_case(case, path, rubric, {}, "en") for case in cases.cases(path)]
    assert sum(objective.points for objective in rubric.objectives) == 100
    assert not [str(untested) for untested in cases.untested(rubric, outcomes)]


@pytest.mark.parametrize("path", shipped().values(), ids=lambda path: path.stem)
def test_titles_and_hints_are_in_both_languages_with_the_same_commands(path: Path) -> None:
    rubric = load(path, {}, lenient=True)
    for text in _texts(rubric.model_dump()):
        assert text.keys() == {"ko", "en"}, text
        assert set(_commands(text["ko"])) == set(_commands(text["en"])), text


@pytest.mark.parametrize("path", shipped().values(), ids=lambda path: path.stem)
def test_who_is_to_paste_what_docker_shows_is_told_what_to_do_if_it_is_gone(path: Path) -> None:
    pasted = [t for t in _texts(load(path, {}, lenient=True).model_dump()) if "paste" in t["en"]]
    assert [text for text in pasted if "again first" not in text["en"]] == []


@pytest.mark.parametrize("path", shipped().values(), ids=lambda path: path.stem)
def test_braces_in_a_text_are_those_that_people_type(path: Path) -> None:
    for text in _texts(load(path, {}, lenient=True).model_dump()):
        assert not re.search(r"\{\{(?!json )", text["ko"] + text["en"])


def _texts(value: Any) -> Iterator[dict[str, str]]:
    """Every text for people: a title, a name or a hint."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"title", "hint", "name"} and isinstance(item, dict):
                yield item
            else:
                yield from _texts(item)


def _commands(text: str) -> list[str]:
    return [code for code in BACKTICKS.findall(text) if code.startswith("docker")]
