"""Ctrl-C while pydantic runs our code: it may make an error of its own of the interruption."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.rules import DEADLINE, Lab, Ran, quiet
from tests.packages import install
from tests.places import GRADE_LAB

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)

RUBRIC = """\
schema: grade-lab/rubric/1
id: x
title: X
objectives:
  - {id: a, title: A, points: 1, checks: [{type: stops}]}
"""
POINTS = """\
[project.entry-points."grade_lab.checks"]
stops = "stops:Stops"
[project.entry-points."grade_lab.reports"]
stops = "stops:REPORT"
"""
MODULE = """\
import os, signal
from typing import Any, Literal
from pydantic import BaseModel, field_validator
from grader.check import Check, Passed
from grader.messages import msg
from grader.report.contract import ReportFormat

def stop():
    os.kill(os.getpid(), signal.SIGINT)

def stops():
    yield 1
    stop()
    yield 2

class Numbers(BaseModel):
    numbers: tuple[int, ...]

class Stops(Check):
    type: Literal["stops"] = "stops"
    def needs(self):
        return []
    def judge(self, evidence):
        return Passed(msg("fine"))

REPORT = ReportFormat("stops.txt", lambda result: "fine")
"""
MOMENTS = {
    "builds a model": """
class Built:
    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        stop()
class Stops(Stops):
    built: Built | None = None
""",
    "validates a field": """
class Stops(Stops):
    @field_validator("type")
    @classmethod
    def stopped(cls, value):
        stop()
        return value
""",
    "goes through what a validator gives it": """
class Stops(Stops):
    @field_validator("type")
    @classmethod
    def stopped(cls, value):
        return str(Numbers(numbers=stops()))
""",
    "goes through what a check gives it": """
class Stops(Stops):
    def judge(self, evidence):
        return Passed(msg(str(Numbers(numbers=stops()))))
""",
    "goes through what a report gives it": """
REPORT = ReportFormat("stops.txt", lambda result: str(Numbers(numbers=stops())))
""",
}
"""Added to the module. What goes through something makes a ValidationError of it."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_is_an_interruption_while_pydantic(moment: str, tmp_path: Path) -> None:
    files = {"stops.py": MODULE + MOMENTS[moment]}
    site = install(tmp_path / "site", "stops", files, POINTS)
    lab = Lab.make(tmp_path / "lab", RUBRIC)
    done = subprocess.run(
        [GRADE_LAB, "judge", lab.folder, "--format", "stops", "--lang", "en"],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    quiet(Ran(done.returncode, done.stderr))
    assert done.returncode == 130, done
    assert done.stderr.endswith("grade-lab: interrupted; what was collected so far is kept\n")
