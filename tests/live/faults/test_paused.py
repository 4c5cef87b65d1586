"""An engine that is stopped in its tracks (SIGSTOP), as on a laptop that sleeps, and goes on."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.engine import PrivateEngine

from tests.faults.engine import faulty_engine
from tests.faults.rules import UNHURRIED, Lab, quiet

pytestmark = pytest.mark.live

RUBRIC = """\
schema: grade-lab/rubric/1
id: paused
title: Paused
objectives:
  - {id: engine, title: E, points: 1, checks: [{type: engine}]}
  - {id: image, title: I, points: 1, checks: [{type: image, image: "app:1"}]}
  - {id: file, title: F, points: 1, checks: [{type: file, path: app.py}]}
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[PrivateEngine]:
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        pytest.skip("needs root and dockerd to start an engine of its own")
    with PrivateEngine(tmp_path / "engine", settings={}) as engine:
        yield engine


@pytest.mark.parametrize("stage", ["version", "info", "events"])
def test_an_engine_that_is_paused(engine: PrivateEngine, tmp_path: Path, stage: str) -> None:
    lab, host = Lab.make(tmp_path / "lab", RUBRIC), f"unix://{engine.socket}"
    assert lab.grade(host, patience=UNHURRIED).code == 1  # there is no image
    lab.remember()

    def pause(connection: object, body: bytes, over: object) -> None:
        os.kill(engine.pid, signal.SIGSTOP)
        over.wait()  # type: ignore[attr-defined]

    try:
        with faulty_engine(stage, pause, behind=host) as (relayed, _):
            ran = lab.grade(relayed)
    finally:
        os.kill(engine.pid, signal.SIGCONT)
    quiet(ran)
    lab.holds(ran)
    assert lab.told()["file"] == "pass"
    assert lab.grade(host, patience=UNHURRIED).code == 1
    assert lab.told() == lab.statuses
