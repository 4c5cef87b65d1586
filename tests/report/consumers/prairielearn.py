"""What PrairieLearn takes as the results of an external grader, and shows without complaint.

https://prairielearn.readthedocs.io/en/latest/externalGrading/#grading-results
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_BYTES = 1_000_000
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Image(_Strict):
    url: str
    label: str = "Figure"


class Test(_Strict):
    """Without points, PrairieLearn would hide those of all other tests, too."""

    __test__ = False
    name: str
    points: Number
    max_points: Number
    description: str = ""
    message: str = ""
    output: str = ""
    images: list[Image] = []


class Results(_Strict):
    gradable: bool = True
    score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    format_errors: str | list[str] = []
    message: str = ""
    output: str = ""
    images: list[Image] = []
    tests: list[Test] = []

    @model_validator(mode="before")
    @classmethod
    def _has_no_null(cls, given: dict[str, object]) -> dict[str, object]:
        if any(value is None for value in given.values()):
            raise ValueError("a null breaks the page that shows the results")
        return given

    @model_validator(mode="after")
    def _is_scored(self) -> Results:
        if self.gradable and self.score is None:
            raise ValueError("what is gradable needs a score")
        if not self.gradable and not self.format_errors:
            raise ValueError("nobody is told why it is not gradable")
        return self
