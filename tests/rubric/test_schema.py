"""The JSON Schema of rubrics, with which an editor completes and explains."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.rubric.find import shipped
from grader.rubric.schema import schema
from grader.yaml_source import Source


def described(properties: dict[str, Any]) -> set[str]:
    return {name for name, field in properties.items() if field.get("description")}


def test_an_editor_explains_each_field_of_a_rubric() -> None:
    found = schema()
    assert described(found["properties"]) == set(found["properties"])
    for name in ("Objective", "Variable", "Late", "Sandbox"):
        fields = found["$defs"][name]["properties"]
        assert described(fields) == set(fields), name


def test_an_editor_explains_what_all_checks_have_and_what_one_has() -> None:
    fields = schema()["$defs"]["check-http"]["properties"]
    assert {"weight", "hint", "accept", "name", "port", "deadline"} <= described(fields)
    assert "in seconds" in fields["deadline"]["description"]
    assert "``" not in fields["deadline"]["description"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_rubrics_match_the_schema(name: str) -> None:
    data = Source.read(shipped()[name]).data
    assert list(Draft202012Validator(schema()).iter_errors(data)) == []
