"""An engine that breaks at any stage of a grading, in any way, takes no point and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.engine import FAULTS, RIGHT, STAGES, faulty_engine
from tests.faults.rules import Lab, together

MEANT = {("null", "list"): "there are no containers"}
"""What an engine may say so."""


def test_the_script_is_a_lab_that_was_done(tmp_path: Path) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine(tmp_path) as (host, asked):
        lab.well(host)
    assert set(lab.told().values()) == {"pass"}
    assert set(asked) >= set(STAGES) - {"ping"}


@pytest.mark.parametrize("fault", FAULTS)
def test_at_each_stage(tmp_path: Path, fault: str) -> None:
    def broken(stage: str) -> str:
        lab = Lab.make(tmp_path / stage)
        with faulty_engine(tmp_path / f"{stage}.engine", stage, FAULTS[fault]) as (host, _):
            ran = lab.grade(host)
        try:
            lab.holds(ran, right=RIGHT)
            assert lab.told()["file"] == "pass"
        except (AssertionError, OSError) as error:
            return "" if (fault, stage) in MEANT else f"{fault} at {stage}: {error}"
        return ""

    failures = list(filter(None, together(list(STAGES), broken)))
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)
