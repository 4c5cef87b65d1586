"""A class of attackers, and one learner: the command gives everybody a row, and does no harm."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.batch.folders import tree
from tests.batch.hostile import HOSTILE
from tests.batch.hostile_inside import INSIDE
from tests.places import GRADE_LAB, ROOT

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")

GOOD = "good"
MARKUP = '<img src=x onerror="alert(1)">'
FORMULA = '=HYPERLINK("http://x","y")'
PEOPLE = {
    "markup": f"learner: {{id: m, name: '{MARKUP}'}}",
    "formula": f"learner: {{id: '@SUM(1)', name: '{FORMULA}'}}",
    "minus": "learner: {id: '-1+1', name: '+1'}",
    "unknown variable": f"variables: {{'{MARKUP}': x}}",
    f"=1+1 {MARKUP.replace('/', '')} \x1b[2J": "learner: {id: named}",
}
"""Whose names attack, and the names of whose folders: each with its lab.yaml."""
OF_CLASS = {
    *("class.sqlite", "results.jsonl", "gradebook.csv", "gradebook.xlsx", "flags.json"),
    *("class.html", ".lock"),
}


@dataclass(frozen=True)
class Judged:
    """The class, and what the command made of it."""

    out: Path
    ended: subprocess.CompletedProcess[str]
    changed: set[str]
    """What is new or other, or gone, outside its folder and that of grade-lab's own cache."""

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        lines = (self.out / "results.jsonl").read_text(encoding="utf-8").splitlines()
        return {row["label"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    place = tmp_path_factory.mktemp("hostile")
    class_, out = place / "class", place / "out"
    for name in ("home", "tmp", "work"):
        (place / name).mkdir()
    shutil.copytree(ROOT / "sample_submission", class_ / GOOD)
    for number, hostile in enumerate(HOSTILE):
        making = place / "making" / str(number)
        making.mkdir(parents=True)
        (making.parent / "victim").write_text("unharmed")
        made = hostile.make(making)
        made.rename(class_ / f"archive-{number:03}{''.join(made.suffixes)}")
    for number, (files, _) in enumerate(INSIDE.values()):
        fill(class_ / f"inside-{number:03}", files)
    for name, lab in PEOPLE.items():
        fill(class_ / name, {"lab.yaml": lab.encode()})
    before = tree(place)
    rubric = ROOT / "rubrics" / "container-and-docker.yaml"
    options: list[str | Path] = [
        "--rubric",
        rubric,
        "--set",
        "hub_id=haneul",
        "--out",
        out,
        "--lang",
        "en",
    ]
    ended = subprocess.run(
        [GRADE_LAB, "batch", class_, *options],
        env={**os.environ, "HOME": str(place / "home"), "TMPDIR": str(place / "tmp")},
        cwd=class_ / "inside-015",
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    shutil.move(out, place.with_name("out"))
    changed = {
        path
        for path, content in before.items() ^ tree(place).items()
        if not (path.startswith("home/") and (content == b"folder" or "/grade-lab/" in path))
    }
    return Judged(place.with_name("out"), ended, changed)


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_the_command_ends_as_it_should(class_: Judged) -> None:
    assert class_.ended.returncode == 3, class_.ended.stderr
    told = class_.ended.stdout + class_.ended.stderr
    assert "Traceback" not in told
    assert all(line.isprintable() for line in told.splitlines())


def test_nothing_but_results_is_written(class_: Judged) -> None:
    assert not class_.changed
    found = {path.relative_to(class_.out) for path in class_.out.rglob("*") if not path.is_dir()}
    of_class = {str(path) for path in found if path.parts[0] != "learners"}
    assert of_class == OF_CLASS
    reports = {path.parts[1:] for path in found if path.parts[0] == "learners"}
    judged = {label for label, row in class_.rows.items() if not row["error"]}
    assert reports == {(label, name) for label in judged for name in ("report.html", "result.json")}


def test_everybody_has_a_row(class_: Judged) -> None:
    assert len(class_.rows) == 1 + len(HOSTILE) + len(INSIDE) + len(PEOPLE)
    for number, hostile in enumerate(HOSTILE):
        row = class_.rows[f"archive-{number:03}"]
        assert bool(row["error"]) is (hostile.fate == "refused"), (hostile, row["error"])
        assert hostile.reason in (row["error"] or " ".join(row["notices"])), hostile
    for number, (name, (_, reason)) in enumerate(INSIDE.items()):
        row = class_.rows[f"inside-{number:03}"]
        assert bool(row["error"]) is bool(reason), (name, row["error"])
        assert reason.partition(":")[0] in row["error"], name
    told = "".join(row["error"] + "".join(row["notices"]) for row in class_.rows.values())
    assert told.isprintable()


def test_who_did_the_lab_gets_all_points_for_it(class_: Judged) -> None:
    row = class_.rows[GOOD]
    assert (row["complete"], row["error"], row["learner"]["id"]) == (True, "", "s-001")
    assert Decimal(row["score"]) == Decimal(row["max_score"]) == 100
    result = json.loads((class_.out / "learners" / GOOD / "result.json").read_text("utf-8"))
    assert {objective["status"] for objective in result["objectives"]} == {"pass"}


def test_pages_hold_no_markup_of_a_learner(class_: Judged) -> None:
    pages = [class_.out / "class.html", *class_.out.glob("learners/*/report.html")]
    assert len(pages) > len(PEOPLE)
    for page in pages:
        text = page.read_text("utf-8")
        assert MARKUP not in text
        assert "<img src=x" not in text
        assert "<script>x" not in text
    assert "&lt;img src=x" in pages[0].read_text("utf-8")  # it is there, as text


def test_gradebooks_hold_no_formula(class_: Judged) -> None:
    with (class_.out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(class_.rows) + 1
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(FORMULA in cell for cell in cells)  # it is there, as text
    with zipfile.ZipFile(class_.out / "gradebook.xlsx") as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/" in name]
    assert all(b"<v>" in sheet and b"<f" not in sheet for sheet in sheets)
