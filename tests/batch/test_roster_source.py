"""A roster that names the submissions is also the list of who is enrolled."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.places import GRADE_LAB


def test_a_roster_as_the_source_says_who_is_who(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "lab.yaml").write_text("learner: {id: s-001}\n")
    (tmp_path / "roster.csv").write_text(
        "id,name,hub_id,path\nS-001,Minji Kim,minjihub,one\nS-002,Jun Park,,\nS-003,,,\n"
    )
    options = ["--rubric", "container-and-docker", "--outputs", "jsonl", "--out", "out"]
    done = subprocess.run(
        [GRADE_LAB, "batch", "roster.csv", *options, "--lang", "en", "--jobs", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "on the roster, and without a submission: Jun Park, S-003\n" in done.stderr
    [row] = map(json.loads, (tmp_path / "out" / "results.jsonl").read_text().splitlines())
    assert row["learner"] == {"id": "S-001", "name": "Minji Kim"}
    assert "notices" not in row or not row["notices"]
