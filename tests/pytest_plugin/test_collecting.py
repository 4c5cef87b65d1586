"""``--grade-lab-collect``: a look at the engine before judging."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pytest_plugin.course import outcomes, run

NO_ENGINE = {"DOCKER_HOST": "tcp://127.0.0.1:1"}


def runs(submission: Path) -> list[str]:
    lines = (submission / ".grade-lab" / "journal.jsonl").read_text().splitlines()
    return list(dict.fromkeys(json.loads(line)["run"] for line in lines))


@pytest.mark.parametrize("rubric", ["--rubric=my.rubric.yaml", "my.rubric.yaml"])
@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["", "xdist"])
def test_it_looks_once(course: Path, submission: Path, rubric: str, more: list[str]) -> None:
    (submission / "notes.md").write_text("notes\n")
    (submission / "lab.yaml").unlink()
    options = [rubric, f"--submission={submission}", "--grade-lab-collect"]
    done = run(course, *options, *more, **NO_ENGINE)
    assert len(runs(submission)) == 2
    # The notes are seen now, and what follows them is missing; of Docker nothing is.
    assert outcomes(done)["passed"] >= 2, done.stdout
    assert outcomes(done)["error"] >= 1


def test_the_journal_alone_is_judged_unless_told(course: Path, submission: Path) -> None:
    run(course, "--rubric=my.rubric.yaml", f"--submission={submission}", **NO_ENGINE)
    assert len(runs(submission)) == 1


def test_listing_tests_does_not_look(course: Path, submission: Path) -> None:
    options = ["--rubric=my.rubric.yaml", f"--submission={submission}", "--grade-lab-collect"]
    done = run(course, *options, "--collect-only", **NO_ENGINE)
    assert "7 tests collected" in done.stdout
    assert len(runs(submission)) == 1


def test_a_rubric_has_to_be_named_to_look(course: Path) -> None:
    done = run(course, "--grade-lab-collect", **NO_ENGINE)
    assert "there is no lab.yaml in " in done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
