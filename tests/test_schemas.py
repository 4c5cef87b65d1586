"""The published JSON Schemas: what grade-lab writes is valid by them, and other things are not."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from grader.cli.main import cli
from grader.report.json import render
from grader.result import Place
from grader.run import judged, prepare
from grader.schemas import schema
from tests.places import ROOT, SAMPLE
from tests.results import a_check, a_result, an_objective

JOURNALS = [
    SAMPLE / ".grade-lab" / "journal.jsonl",
    *sorted(ROOT.glob("rubrics/*.tests/*/.grade-lab/journal.jsonl")),
]


@cache
def validator(of: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(of))
    return Draft202012Validator(schema(of), format_checker=Draft202012Validator.FORMAT_CHECKER)


def mistakes(of: str, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(of).iter_errors(value)]


def line(**changed: Any) -> dict[str, Any]:
    """A line of the sample's journal that tells of an image, with some fields changed."""
    lines = map(json.loads, JOURNALS[0].read_text(encoding="utf-8").splitlines())
    found = next(x for x in lines if x["need"]["kind"] == "image" and x["outcome"] == "found")
    return {**found, **changed}


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.parent.parent.name)
def test_each_line_of_a_recorded_journal_is_valid(path: Path) -> None:
    for text in path.read_text(encoding="utf-8").splitlines():
        assert not mistakes("journal", json.loads(text))


@pytest.mark.parametrize(
    "changed",
    [
        {"need": {"kind": "image"}},
        {"need": {"image": "app:1.0"}},
        {"need": {"kind": "wish", "image": "app:1.0"}},
        {"outcome": "maybe"},
        {"data": None},
        {"data": {"id": 7}},
        {"hash": "abc"},
        {"v": 2},
        {"reason": "bored"},
    ],
    ids=str,
)
def test_a_line_that_no_journal_holds_is_not(changed: dict[str, Any]) -> None:
    assert not mistakes("journal", line())
    assert mistakes("journal", line(**changed))


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_result_is_valid(lang: str) -> None:
    places = (Place(path="Dockerfile", line=3, message="m"),)
    full = an_objective("Built", a_check("fail", places=places))
    for result in (
        judged(prepare(SAMPLE, None, {}), lang),
        a_result(lang),
        a_result(lang, objectives=(full,), graded_at=None, engine=None),
    ):
        assert not mistakes("result", json.loads(render(result)))


@pytest.mark.parametrize(
    "changed",
    [{"score": "12"}, {"schema": "grade-lab/result/2"}, {"grade": 1}, {"objectives": [{}]}],
    ids=str,
)
def test_what_is_no_result_is_not(changed: dict[str, Any]) -> None:
    assert mistakes("result", {**json.loads(render(a_result())), **changed})


@pytest.mark.parametrize(
    ("args", "title"),
    [([], "Rubric"), (["rubric"], "Rubric"), (["result"], "Result"), (["journal"], "Entry")],
)
def test_the_command_prints_each(args: list[str], title: str) -> None:
    done = CliRunner().invoke(cli, ["rubric", "schema", *args])
    assert json.loads(done.output)["title"] == title
