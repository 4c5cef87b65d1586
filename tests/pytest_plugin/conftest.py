"""An instructor's folder, and a submission beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pytest_plugin.course import JOURNAL, RUBRIC, write_journal


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A submission beside the folder where pytest is started."""
    folder = tmp_path / "submission"
    folder.mkdir()
    write_journal(folder, JOURNAL)
    (folder / "lab.yaml").write_text("rubric: ../course/my.rubric.yaml\nlearner: {id: s-1}\n")
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """An instructor's folder, with a rubric."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "my.rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    return folder
