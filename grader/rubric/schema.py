"""The JSON Schema of rubrics, for completion in editors; covers every installed check type."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from grader import plugins
from grader.errors import GradeLabError
from grader.rubric.model import Late, Objective, Rubric, Variable
from grader.rubric.sandbox import Sandbox

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(left_out: Callable[[GradeLabError], None] = lambda _: None) -> dict[str, Any]:
    """The schema of a rubric file, in which each check is one of the installed types.

    ``left_out`` is told of each that is broken, which is not in it.
    """
    rubric = Rubric.model_json_schema()
    definitions = rubric.setdefault("$defs", {})
    names = []
    for name in plugins.check_types():
        try:
            check = _of_check(name)
        except GradeLabError as error:
            left_out(error)
            continue
        definitions.update(check.pop("$defs", {}))
        definitions[f"check-{name}"] = check
        names.append(f"check-{name}")
    objective = definitions["Objective"]["properties"]
    objective["checks"]["items"] = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in names]}
    definitions.pop("Check", None)
    _describe(Rubric, rubric)
    for model in (Late, Objective, Sandbox, Variable):
        _describe(model, definitions[model.__name__])
    return {"$schema": DIALECT, **rubric}


def _of_check(name: str) -> dict[str, Any]:
    with plugins.blamed(plugins.CHECKS, name):
        model = plugins.check_type(name)
        check = model.model_json_schema(ref_template="#/$defs/{model}")
        _let_variables_stand(check)
        _describe(model, check)
        return check


def _let_variables_stand(schema: Any) -> None:
    """Where a text must have a form, ``{name}`` may stand in it: the value will have that form."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            schema["pattern"] += r"|\{[a-z]"
        for part in schema.values():
            _let_variables_stand(part)
    elif isinstance(schema, list):
        for part in schema:
            _let_variables_stand(part)


def _describe(model: type[BaseModel], schema: dict[str, Any]) -> None:
    """Give each field the sentences of docstrings that name it: editors show them."""
    docs = [" ".join((inspect.getdoc(part) or "").split()) for part in _own(model)]
    sentences = [text for doc in docs for text in re.split(r"(?<=[.;])\s+", doc)]
    for name, field in schema["properties"].items():
        telling = [text for text in sentences if f"``{name}``" in text or f"``{name}: " in text]
        if telling and "description" not in field:
            field["description"] = " ".join(telling).replace("``", "`")


def _own(model: type[BaseModel]) -> list[type]:
    """The model and what it inherits from, as far as that is about rubrics."""
    return [part for part in model.__mro__ if part not in {BaseModel, object}]
