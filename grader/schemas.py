"""The JSON Schemas of rubrics, results and journals, for editors and for other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from grader.errors import GradeLabError
from grader.journal import VERSION, Entry
from grader.needs import AnyNeed
from grader.result import Result
from grader.rubric import schema as rubric

DIALECT = rubric.DIALECT
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def schema(of: str, left_out: Callable[[GradeLabError], None] = lambda _: None) -> dict[str, Any]:
    """The schema ``of`` a ``rubric``, of a ``result``, or of each line of a ``journal``.

    ``left_out`` is told of each check type that is broken, and so not in a rubric's.
    """
    return {"rubric": lambda: rubric.schema(left_out), "result": _result, "journal": _journal}[of]()


def _result() -> dict[str, Any]:
    return {"$schema": DIALECT, **Result.model_json_schema(mode="serialization")}


def _journal() -> dict[str, Any]:
    """A line's own fields, those of its observation, and for each kind of need those of its answer.

    The hashes themselves are beyond a schema.
    """
    needs = get_args(get_args(AnyNeed)[0])
    answers = {need.answer for need in needs}
    wanted = [Entry, *sorted(answers, key=lambda answer: answer.__name__)]
    _, made = models_json_schema([(model, "validation") for model in wanted])
    definitions = made["$defs"]
    line = definitions.pop("Entry")
    line["properties"] |= {"v": {"const": VERSION}, "hash": _SHA256, "prev": _SHA256}
    line["required"] = ["hash", "prev", *line["required"]]
    for need in needs:
        definitions[need.__name__].setdefault("required", []).append("kind")
    line["allOf"] = [_answered(need.kind, need.answer.__name__) for need in needs]
    return {"$schema": DIALECT, **line, "$defs": definitions}


def _answered(kind: str, answer: str) -> dict[str, Any]:
    asked = {"properties": {"kind": {"const": kind}}}
    return {
        "if": {"properties": {"need": asked, "outcome": {"const": "found"}}},
        "then": {"properties": {"data": {"$ref": f"#/$defs/{answer}"}}, "required": ["data"]},
    }
