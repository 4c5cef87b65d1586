"""What Gradescope's documentation of autograders allows in ``results.json``, and no more.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]
Format = Literal["text", "html", "simple_format", "md", "ansi"]
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Test(_Strict):
    __test__ = False
    score: Number | None = None
    max_score: Number | None = None
    status: Literal["passed", "failed"] | None = None
    name: str = ""
    name_format: Format = "text"
    number: str = ""
    output: str = ""
    output_format: Format = "text"
    tags: list[str] = []
    visibility: Visibility = "visible"
    extra_data: dict[str, Any] = {}


class Results(_Strict):
    score: Number | None = None
    execution_time: Number | None = None
    output: str = ""
    output_format: Format = "simple_format"
    test_output_format: Format = "text"
    test_name_format: Format = "text"
    visibility: Visibility = "visible"
    stdout_visibility: Visibility = "hidden"
    extra_data: dict[str, Any] = {}
    tests: list[Test] = []
    leaderboard: list[dict[str, Any]] = []

    @model_validator(mode="after")
    def _is_scored(self) -> Results:
        if self.score is None and not (self.tests and all(t.score is not None for t in self.tests)):
            raise ValueError("there is no score, neither of the whole nor of each test")
        return self
