"""What GitHub Classroom's autograding reporter reads, and what becomes of it.

https://github.com/classroom-resources/autograding-grading-reporter
"""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_VARIABLE = 128 * 1024
"""Bytes of one environment variable of a process that Linux starts, with name, ``=`` and NUL."""
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Test(_Strict):
    """A missing ``line_no`` would be printed as "line undefined"."""

    __test__ = False
    name: str
    status: Literal["pass", "fail", "error"]
    score: Number
    message: str
    test_code: str
    filename: str
    line_no: Annotated[int, Field(ge=0)]
    duration: Number


class Results(_Strict):
    version: Literal[1]
    status: Literal["pass", "fail", "error"]
    max_score: Number
    tests: Annotated[list[Test], Field(min_length=1)]

    @property
    def total(self) -> float:
        """The points that the reporter tells Classroom."""
        return sum(test.score for test in self.tests)

    @property
    def log(self) -> list[str]:
        """The lines that the reporter prints of the tests."""
        told = [
            f"Error: {test.message or test.name}" if test.status == "error" else f"✅ {test.name}"
            for test in self.tests
        ]
        return "\n".join(told + [test.test_code for test in self.tests]).splitlines()


def from_step(output: str) -> Results:
    """The results that a step with the output ``result`` hands over."""
    assert len(f"GRADE_RESULTS={output}\0".encode()) <= MAX_VARIABLE
    return Results.model_validate_json(b64decode(output, validate=True))
