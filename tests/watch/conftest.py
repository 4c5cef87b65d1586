"""What tests of recording share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.watch.web import WebView

RUBRIC = """\
schema: grade-lab/rubric/1
id: one
title: One
objectives:
  - {id: engine, title: An engine, points: 1, checks: [{type: engine}]}
"""


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """One that is asked for an engine, and for nothing else."""
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    (folder / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
    return folder


@pytest.fixture
def view() -> Iterator[WebView]:
    with WebView() as view:
        yield view
