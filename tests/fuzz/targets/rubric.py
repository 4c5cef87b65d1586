"""Any file is a rubric that can be judged, or an error whose every problem has a code and a place.

What loads is also valid by the published JSON Schema, so editors and grade-lab agree.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from grader.errors import RubricError
from grader.rubric import load as loading
from grader.schemas import schema
from tests.fuzz.contract import files
from tests.fuzz.judging import judged

SEEDS = files("rubrics/*.yaml", "tests/every_check.yaml")


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(schema("rubric"))


def check(data: bytes, folder: Path) -> None:
    path = folder / "exam.yaml"
    path.write_bytes(data)
    loading._source.cache_clear()  # it goes by time and size, which are the same here
    try:
        rubric = loading.load(path, lenient=True)
    except RubricError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.code
            assert str(problem)
        return
    judged(rubric)
    _schema().validate(loading._source(path, 0, 0).data)
