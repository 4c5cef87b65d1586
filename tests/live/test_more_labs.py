"""The other shipped labs, really done: they are judged as their recordings are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lab.errors import LabUnavailableError
from labs.lab import Lab, labs

from grader.authoring import cases
from grader.authoring.expected import EXPECTED
from grader.rubric.find import shipped
from grader.rubric.load import load
from grader.run import judged, prepare
from tests.live.learners import note

pytestmark = pytest.mark.live

OTHERS = [lab for name, lab in labs().items() if name != "container-and-docker"]
"""That of the lesson itself is done in `test_learners`, and in many more ways."""


@pytest.mark.usefixtures("own_engine")
@pytest.mark.parametrize("lab", OTHERS, ids=lambda lab: lab.rubric)
def test_a_lab_that_is_really_done_gets_what_its_recording_gets(lab: Lab, tmp_path: Path) -> None:
    for folder in (tmp_path.parent, tmp_path):
        folder.chmod(0o755)  # a rootless engine is another user's, and containers mount it
    try:
        student = lab.tell("full-marks", tmp_path / "submission", port=0)
    except LabUnavailableError as reason:
        pytest.skip(str(reason))  # no Docker Compose
    shutil.copyfile(lab.cases / "full-marks" / EXPECTED, student.folder / EXPECTED)
    path = shipped()[lab.rubric]
    rubric = load(path, {}, lenient=True)
    outcome = cases.run_case(student.folder, path, rubric, {}, "en")
    result = judged(prepare(student.folder, lab.rubric, {}), "en")
    note({o.id: (o.status, str(o.checks[0].message)) for o in result.objectives})
    assert outcome.error is None
    unlike = [(str(found.message), " ".join(found.reasons)) for found in outcome.differences]
    silent = [one for one in unlike if "this engine does not tell" in one[1]]  # Podman
    points = [one for one in unlike if silent and not one[1]]  # of which the sum is another then
    assert [one for one in unlike if one not in (*silent, *points)] == []
