"""The table of checks, as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from grader.cells import MARK, is_formula
from grader.report.csv import COLUMNS, REPORT
from grader.report.items import items
from grader.result import Place, Result
from tests.report.hostile import CODE_OR_LONG, HOSTILE, hostile
from tests.results import a_check, a_result, an_objective


def rows(result: Result) -> list[dict[str, str]]:
    text = REPORT.render(result)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True))


@pytest.mark.parametrize("text", [*HOSTILE, *CODE_OR_LONG])
def test_no_cell_is_a_formula_or_leaves_its_column(text: str) -> None:
    table = rows(hostile(text))
    assert len(table) == len(list(items(hostile(text))))
    for row in table:
        assert list(row) == list(COLUMNS)
        assert not [cell for cell in row.values() if is_formula(cell) and cell[0] != MARK]


def test_the_points_of_the_rows_add_up_to_the_score() -> None:
    result = a_result()
    assert sum(Decimal(row["points"]) for row in rows(result)) == result.score
    assert sum(Decimal(row["max_points"]) for row in rows(result)) == result.max_score


def test_a_row_tells_who_what_and_how_it_went() -> None:
    places = (Place(path="Dockerfile", line=3, message="m"), Place(path="app.py", message="m"))
    check = a_check("fail", "not as asked", expected="1", actual="2", hint="do", places=places)
    [row] = rows(a_result(objectives=(an_objective("Built", check, id="build"),)))
    assert row == {
        "rubric": "container-and-docker",
        "learner_id": "s-001",
        "learner": "Jimin Kim",
        "objective": "build",
        "title": "Built",
        "check": "a.1",
        "type": "image",
        "status": "fail",
        "points": "0",
        "max_points": "5",
        "message": "not as asked",
        "expected": "1",
        "actual": "2",
        "hint": "do",
        "evidence": "",
        "places": "Dockerfile:3 app.py",
    }


def test_points_by_hand_are_a_row_of_their_own_kind() -> None:
    last = rows(a_result())[-1]
    assert (last["check"], last["type"], last["points"]) == ("", "override", "4")
    assert last["message"] == "Seen on the screen in class"
