"""Writes ``docs/checks.md`` from the check models: what each type asserts, and its fields."""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from grader import plugins
from grader.check import Check

TARGET = Path(__file__).parent.parent / "docs" / "checks.md"
INTRODUCTION = """\
# Check reference

Made from the check models by `python scripts/check_reference.py`. Every check also takes `weight`
(its share of the objective's points, default 1), `hint` (advice in place of the check's own; a text
or a map of languages) and `accept` (the strengths of evidence that count: `submitted`, `recorded`,
`live`, `registry`, `reproduced`; all when left out).

Regular expressions have [Rust's syntax](https://docs.rs/regex/latest/regex/#syntax), which is
nearly RE2's: no look-around, no back-references. They search, and `^` and `$` stand for the ends of
a line.
"""


def reference() -> str:
    """The whole document."""
    return "\n".join([INTRODUCTION, *(section(name) for name in plugins.check_types())])


def section(name: str) -> str:
    """One check type's part."""
    model = plugins.check_type(name)
    schema = model.model_json_schema()
    lines = [
        f"## `{name}`",
        "",
        inspect.getdoc(model) or "",
        "",
        *fields(schema, Check.model_fields),
    ]
    for part, of_part in schema.get("$defs", {}).items():
        if part != "Strength":  # which the introduction tells
            lines += [f"**{part}**: {of_part['description']}", "", *fields(of_part)]
    return "\n".join(lines)


def fields(schema: dict[str, Any], without: Collection[str] = ()) -> list[str]:
    """The table of the fields of a check or of a part of it; nothing if it has none."""
    own = {k: v for k, v in schema["properties"].items() if k not in without}
    if not own:
        return []
    required = set(schema.get("required", []))
    rows = [f"| `{k}` | {kind(v)} | {default(k, v, required)} |" for k, v in own.items()]
    return ["| field | type | default |", "|---|---|---|", *rows, ""]


def kind(schema: dict[str, Any]) -> str:
    """A field's type in a few words."""
    if "anyOf" in schema:
        kinds = [kind(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{plain(v)}`" for v in schema.get("enum", [schema.get("const")]))
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return f"list of {kind(items)}" if items else "list"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"map to {kind(values)}" if isinstance(values, dict) else "map"
    is_pattern = schema.get("format") == "regex"
    return "regular expression" if is_pattern else str(schema.get("type", "any"))


def default(name: str, schema: dict[str, Any], required: set[str]) -> str:
    """What holds when the field is left out."""
    if name in required:
        return "required"
    value = schema.get("default")
    return "" if value in (None, [], {}) else f"`{plain(value)}`"


def plain(value: object) -> str:
    """A value as YAML writes it."""
    return value if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
