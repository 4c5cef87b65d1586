"""An engine that breaks at any stage of a grading, in any way, takes no point and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.engine import FAULTS, RIGHT, faulty_engine
from tests.faults.rules import Lab, together
from tests.faults.scripted import STAGES

MEANT = {("null", "list"): "there are no containers"}
"""What an engine may say so."""


def test_the_script_is_a_lab_that_was_done(tmp_path: Path) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine() as (host, asked):
        lab.well(host)
    assert set(lab.told().values()) == {"pass"}
    assert set(asked) >= set(STAGES) - {"ping"}


def stages_of(fault: str) -> list[str]:
    """A third, another one for each fault; with GRADE_LAB_ALL_FAULTS=1 all of them."""
    if os.environ.get("GRADE_LAB_ALL_FAULTS"):
        return list(STAGES)
    return list(STAGES)[list(FAULTS).index(fault) % 3 :: 3]


@pytest.mark.parametrize("fault", FAULTS)
def test_at_its_stages(tmp_path: Path, fault: str) -> None:
    def broken(stage: str) -> str:
        lab = Lab.make(tmp_path / stage)
        with faulty_engine(stage, FAULTS[fault]) as (host, _):
            ran = lab.grade(host)
        try:
            lab.holds(ran, right=RIGHT)
            assert lab.told()["file"] == "pass"
        except (AssertionError, OSError) as error:
            return "" if (fault, stage) in MEANT else f"{fault} at {stage}: {error}"
        return ""

    failures = list(filter(None, together(stages_of(fault), broken)))
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)
