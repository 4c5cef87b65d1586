"""The JSON Schema of rubrics, for completion in editors; covers every installed check type."""

from __future__ import annotations

from typing import Any

from grader import plugins
from grader.rubric.model import Rubric

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of a rubric file, in which each check is one of the installed types."""
    rubric = Rubric.model_json_schema()
    definitions = rubric.setdefault("$defs", {})
    names = []
    for name in plugins.check_types():
        check = plugins.check_type(name).model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(check.pop("$defs", {}))
        definitions[f"check-{name}"] = check
        names.append(f"check-{name}")
    objective = definitions["Objective"]["properties"]
    objective["checks"]["items"] = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in names]}
    definitions.pop("Check", None)
    rubric["properties"].pop("sha256", None)
    return {"$schema": DIALECT, **rubric}
