"""A clock that jumps, or is wrong for a while, changes no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.engine import RIGHT, faulty_engine
from tests.faults.rules import UNHURRIED, Lab, ended, started


@pytest.mark.parametrize(
    "days",
    [[0, -1], [0, 1], [400], [-400], [0, 0.04, -0.04], [-20000], [200_000, -5]],
    ids=["back", "forth", "next year", "last year", "an hour", "1970", "far away"],
)
def test_it_jumps_between_looks_and_is_right_again(tmp_path: Path, days: list[float]) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine() as (host, _):
        for jumps in (days, [0.0], days, [0.0]):
            process, output = started(
                lab.folder, host, "grade", str(lab.folder), days=jumps, patience=UNHURRIED
            )
            lab.holds(ended(process, output), right=RIGHT)
            assert lab.told() == RIGHT
            lab.remember()
