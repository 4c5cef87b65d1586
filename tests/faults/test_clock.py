"""A clock that jumps, or is wrong for a while, changes no verdict."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.faults.engine import RIGHT, faulty_engine
from tests.faults.rules import UNHURRIED, Lab, ended, quiet, runs, started, until

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)


JUMPS = pytest.mark.parametrize(
    "days",
    [[0, -1], [0, 1], [400], [-400], [0, 0.04, -0.04], [-20000], [200_000, -5]],
    ids=["back", "forth", "next year", "last year", "an hour", "1970", "far away"],
)


@JUMPS
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


@JUMPS
def test_it_jumps_while_a_recording_goes_on(tmp_path: Path, days: list[float]) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine() as (host, asked):
        words = ("watch", str(lab.folder), "--quiet")
        process, output = started(lab.folder, host, *words, days=days, patience=UNHURRIED)
        until(lambda: asked.count("events") >= 3 or not runs(process), "it does not record")
        os.kill(process.pid, signal.SIGTERM)
        ran = ended(process, output)
        quiet(ran)
        assert ran.code == 0, ran
        lab.nothing_lost()
        lab.holds(lab.grade(host, patience=UNHURRIED), right=RIGHT)
        assert lab.told() == RIGHT
