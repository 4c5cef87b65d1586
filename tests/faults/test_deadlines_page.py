"""docs/deadlines.md tells what the code does."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.places import ROOT

PAGE = (ROOT / "docs" / "deadlines.md").read_text(encoding="utf-8")
ROWS = re.findall(r"\| (\d+) \| `([\w.]+):(\w+)` \|", PAGE)


def test_each_row_is_read() -> None:
    assert len(ROWS) == PAGE.count("` |\n")


@pytest.mark.parametrize(("seconds", "module", "name"), ROWS, ids=[row[1] for row in ROWS])
def test_it_tells_what_the_code_does(seconds: str, module: str, name: str) -> None:
    assert getattr(import_module(module), name) == float(seconds)
