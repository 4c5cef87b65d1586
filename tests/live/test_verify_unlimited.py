"""Verification on an engine that cannot limit what it runs, as a rootless one with cgroups v1."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live.verifying import is_limited, rubric, submission, things
from tests.places import GRADE_LAB

pytestmark = pytest.mark.live


def test_nothing_is_run_without_limits_and_nobody_loses_points(tmp_path: Path, engine: Any) -> None:
    if is_limited(engine):
        pytest.skip("this engine can limit memory and processes")
    before = things(engine)
    folder = submission(tmp_path / "s", "good")
    rubric(folder)
    done = subprocess.run(
        [
            *(GRADE_LAB, "grade", folder, "--rubric", next(tmp_path.glob("*.yaml")), "--verify"),
            *("--lang", "en", "--format", "json", "--out", "-"),
        ],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 3, done.stderr
    [objective] = json.loads(done.stdout)["objectives"]
    assert [check["status"] for check in objective["checks"]] == ["error", "error"]
    assert all("cannot limit memory" in str(check) for check in objective["checks"])
    assert things(engine) == before
