"""Where there is no result, GitHub shows why at the line concerned."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.runner import commands
from tests.ci.submissions import ci, rubric, submission


def test_a_broken_lab_file_is_annotated(tmp_path: Path) -> None:
    folder = submission(tmp_path / "repository" / "lab")
    (folder / "lab.yaml").write_text("learner: {id: s-1}\nvariabels: {a: b}\n", encoding="utf-8")
    exam = rubric(tmp_path)
    done = ci("lab", "--rubric", exam, cwd=folder.parent, GITHUB_ACTIONS="true")
    assert done.returncode == 2
    [told] = commands(done.stdout)
    assert told.properties == {"file": "lab/lab.yaml", "line": "2", "title": "grade-lab"}
    assert "variabels'; did you mean 'variables'?" in told.data
    assert b"variabels" in done.stderr


def test_a_repository_without_a_lab_file_is_told_so(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "Dockerfile").touch()
    done = ci("--rubric", "container-and-docker", cwd=folder, GITHUB_ACTIONS="true")
    assert done.returncode == 2
    assert done.stderr.startswith(b"grade-lab: there is no lab.yaml in the submission\n")
    [told] = commands(done.stdout)
    assert told.properties == {"title": "grade-lab"}


@pytest.mark.parametrize(
    "options", [[], ["--rubric", "no-such-rubric"], ["--rubric", "{exam}", "--fail-under=99"]]
)
def test_a_mistake_of_the_workflow_is_annotated(tmp_path: Path, options: list[str]) -> None:
    folder, exam = submission(tmp_path / "repository"), rubric(tmp_path)
    given = [option.format(exam=exam) for option in options]
    done = ci(*given, "--no-verify", cwd=folder, GITHUB_ACTIONS="true")
    assert done.returncode == 2
    [told] = commands(done.stdout)
    assert told.name == "error"
    assert "file" not in told.properties


def test_elsewhere_nothing_is_printed_twice(tmp_path: Path) -> None:
    done = ci(cwd=submission(tmp_path / "repository"))
    assert done.returncode == 2
    assert done.stdout == b""
