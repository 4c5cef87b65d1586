"""What the live page is told of a checklist."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from grader.report.checklist import Step
from grader.report.live_page import MAX_QUOTE, state
from tests.results import a_checklist


def test_of_a_long_quote_the_end_is_kept() -> None:
    [alert] = a_checklist().alerts
    long = "x" * MAX_QUOTE + "KeyError: the last line"
    [told] = json.loads(state(a_checklist(alerts=(replace(alert, actual=long),))))["alerts"]
    assert len(told["actual"]) == MAX_QUOTE
    assert told["actual"].startswith("…x")
    assert told["actual"].endswith("KeyError: the last line")


def test_half_a_command_is_never_shown() -> None:
    step = Step("Run it", commands=("docker run " + "x" * 5000, "docker ps"))
    told = json.loads(state(a_checklist(next=step)))
    assert told["next"]["commands"] == ["docker ps"]


def test_a_command_with_line_breaks_is_one_line() -> None:
    told = json.loads(state(a_checklist(next=Step("Run", commands=("docker ps\nrm -rf x\x00",)))))
    assert told["next"]["commands"] == ["docker ps rm -rf x␀"]


@pytest.mark.parametrize(
    ("score", "most", "share"), [("5", "0", 0), ("x", "y", 0), ("9", "3", 100)]
)
def test_the_bar_never_leaves_its_place(score: str, most: str, share: int) -> None:
    assert json.loads(state(a_checklist(score=score, max_score=most)))["share"] == share
