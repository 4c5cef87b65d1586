"""What docs/security.md promises is held by tests that exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.places import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/.]+)::(\w+)`", PAGE)


def test_every_row_of_a_promise_names_a_test() -> None:
    rows = re.findall(r"^\| (?!promise|strength|`)(.+?) \|(.*)$", PAGE, re.MULTILINE)
    assert len(rows) > 20
    assert [promise for promise, held in rows if "::test_" not in held] == []


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_named_test_exists(file: str, name: str) -> None:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
