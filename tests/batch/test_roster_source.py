"""A roster that names the submissions is also the list of who is enrolled."""

from __future__ import annotations

import json
import os
import subprocess
import unicodedata
from pathlib import Path

import pytest

from grader.batch.discover import discover
from grader.batch.roster import Roster
from tests.batch.archive_makers import a_zip
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
    assert row["notices"] == [
        "there is no journal in it (.grade-lab/journal.jsonl): what was done was not seen"
    ]


def test_a_folder_that_was_packed_on_a_mac_is_found_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / unicodedata.normalize("NFD", "제출/김하늘")
    folder.mkdir(parents=True)
    roster = tmp_path / "roster.csv"
    roster.write_text("id,path\ns-001,제출/김하늘\n", encoding="utf-8")
    (one,) = discover(roster, Roster.load(roster), tmp_path / "scratch")
    assert Path(one.source) == folder


def test_results_may_lie_around_the_submissions_and_not_just_among_them(tmp_path: Path) -> None:
    submissions = tmp_path / "submissions"
    for name in ("one", "two"):
        (submissions / name).mkdir(parents=True)
        (submissions / name / "lab.yaml").write_text("variables: {hub_id: minjihub}\n")

    def run(out: Path) -> subprocess.CompletedProcess[str]:
        options = ["--rubric", "container-and-docker", "--outputs", "csv", "--lang", "en"]
        command = [GRADE_LAB, "batch", submissions, *options, "--out", out]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run(tmp_path).stdout.startswith("2 submissions: 2 judged")
    refused = run(submissions)
    assert refused.returncode == 2
    assert "cannot go into the folder of the submissions itself" in refused.stderr
    assert sorted(path.name for path in submissions.iterdir()) == ["one", "two"]


@pytest.mark.parametrize("name", ["submisions", "notes.pdf", "roster.xlsx"])
def test_a_source_that_is_none_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_text("no submissions")
    a_zip(tmp_path / "roster.xlsx", [])  # as which a workbook is packed
    options = ["--rubric", "container-and-docker", "--lang", "en"]
    done = subprocess.run(
        [GRADE_LAB, "batch", tmp_path / name, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert str(tmp_path / name) in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"notes.pdf", "roster.xlsx"}


def test_whoever_could_not_be_verified_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "class" / "one").mkdir(parents=True)
    lab = "variables: {hub_id: minjihub, registry: 'localhost:1'}\n"
    (tmp_path / "class" / "one" / "lab.yaml").write_text(lab)
    options = ["--rubric", "container-and-docker", "--outputs", "csv", "--lang", "en", "--verify"]
    done = subprocess.run(
        [GRADE_LAB, "batch", tmp_path / "class", *options],
        env={**os.environ, "DOCKER_HOST": "unix:///nonexistent", "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = "could not be verified, so the journals have the word"
    assert f"{told} (the Docker Engine could not be reached): one\n" in done.stderr
    assert f"{told} (the registry could not be reached): one\n" in done.stderr
