"""``expected.yaml``: what a case of a rubric's tests should be judged."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from grader.check import Status
from grader.errors import GradeLabError, Problem
from grader.messages import msg
from grader.problems import nearest, problems_of
from grader.rubric.model import Rubric
from grader.yaml_source import InvalidYamlError, Source, as_mapping

EXPECTED = "expected.yaml"


class ExpectedObjective(BaseModel):
    """What an objective should be judged: its status, its score, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Status | None = None
    score: Decimal | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.status is None and self.score is None:
            raise ValueError(msg("expects nothing: give a `status`, a `score` or both"))
        return self


def _in_full(value: Any) -> Any:
    return {"status": value} if isinstance(value, str) else value


class Expected(BaseModel):
    """What a case should be judged. What is left out may be anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    score: Decimal | None = None
    passed: bool | None = None
    complete: bool | None = None
    objectives: dict[str, Annotated[ExpectedObjective, BeforeValidator(_in_full)]] = {}

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(msg("expects nothing, so it would be met by every result"))
        return self


def load(path: Path, rubric: Rubric, *, known_only: bool = True) -> Expected:
    """The expectation in a file. ``known_only``: of the rubric's objectives alone.

    Raises:
        GradeLabError: with every mistake and its place.
        FileNotFoundError: there is no such file.
    """
    problems: list[Problem] = []
    try:
        source = Source.read(path)
        expected = Expected.model_validate(as_mapping(source))
    except InvalidYamlError as error:
        problems = [error.problem]
    except ValidationError as error:
        problems = list(problems_of(error, Expected, source))
    else:
        known = [objective.id for objective in rubric.objectives]
        unknown = [name for name in expected.objectives if name not in known and known_only]
        problems = [
            Problem(
                source.where(("objectives", name)),
                msg("there is no objective '{name}'{nearest}", name=name, nearest=close),
            )
            for name in unknown
            for close in [nearest(name, known)]
        ]
    if problems:
        raise GradeLabError(msg("{file} cannot be used", file=EXPECTED), problems=problems)
    return expected
