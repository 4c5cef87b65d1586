"""What is made of a class once all is judged: told before if it cannot be, and of one run alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.graded import RUBRIC, sheet
from tests.packages import install
from tests.places import GRADE_LAB

OUTPUTS = """\
from grader.batch.batch import alone
from grader.batch.outputs.contract import ClassOutput
from grader.errors import GradeLabError
from grader.messages import msg


def held(graded, path):
    try:
        with alone(graded.assignment.out):
            path.write_text("free")
    except GradeLabError as error:
        path.write_text(str(error))


def refuse(graded, path):
    raise GradeLabError(msg("not today"))


def breaks(graded, path):
    raise KeyError("no such row")


BREAKS = ClassOutput("breaks.txt", breaks)
HELD, REFUSES = ClassOutput("held.txt", held), ClassOutput("refuses.txt", refuse)
TWIN = ClassOutput("gradebook.csv", held)
"""
POINTS = """\
[project.entry-points."grade_lab.class_outputs"]
held = "some_outputs:HELD"
breaks = "some_outputs:BREAKS"
refuses = "some_outputs:REFUSES"
twin = "some_outputs:TWIN"
"""


class Class:
    """A class of one, and outputs of a third party."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.site = install(folder / "site", "some-outputs", {"some_outputs.py": OUTPUTS}, POINTS)
        (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
        (folder / "class" / "s-1").mkdir(parents=True)
        self.hand_in("a")

    def hand_in(self, name: str) -> None:
        (self.folder / "class" / "s-1" / name).write_text("handed in")

    def batch(
        self, outputs: str, *options: str | Path, **env: str
    ) -> subprocess.CompletedProcess[str]:
        where = ["--rubric", self.folder / "rubric.yaml", "--out", self.out, "--outputs", outputs]
        return subprocess.run(
            [GRADE_LAB, "batch", self.folder / "class", *where, "--jobs", "1", *options],
            env={**os.environ, "PYTHONPATH": str(self.site), "LANG": "C.UTF-8", **env},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def class_(tmp_path: Path) -> Class:
    return Class(tmp_path)


def test_no_other_run_works_on_the_class_while_its_outputs_are_written(class_: Class) -> None:
    done = class_.batch("held")
    assert done.returncode == 0, done.stderr
    assert (class_.out / "held.txt").read_text() == "another grade-lab is at work on this class"


def test_outputs_are_of_one_run_also_if_one_of_them_fails(class_: Class) -> None:
    class_.batch("csv,jsonl")
    before = {path.name: path.read_bytes() for path in class_.out.glob("*.*") if path.is_file()}
    class_.hand_in("b")
    done = class_.batch("csv,jsonl,refuses")
    assert (done.returncode, "not today" in done.stderr) == (2, True)
    done = class_.batch("csv,jsonl,breaks")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "the plug-in 'breaks' of some-outputs is broken" in done.stderr
    assert "KeyError: 'no such row' (some_outputs.py, line 20)" in done.stderr
    for name in ("gradebook.csv", "results.jsonl"):
        assert (class_.out / name).read_bytes() == before[name]
    done = class_.batch("html,csv,jsonl")
    assert done.stdout.startswith("1 submissions: 0 judged, 1 as they were")
    assert (class_.out / "results.jsonl").read_bytes() != before["results.jsonl"]
    assert "An image was built" in (class_.out / "class.html").read_text(encoding="utf-8")
    assert not list(class_.out.glob(".scratch"))


def test_an_output_that_cannot_be_replaced_keeps_no_other_from_its_place(class_: Class) -> None:
    (class_.out / "gradebook.csv" / "in the way").mkdir(parents=True)
    done = class_.batch("csv,jsonl")
    assert done.returncode == 2
    assert "gradebook.csv: the file cannot be written: Is a directory" in done.stderr
    assert '"label":"s-1"' in (class_.out / "results.jsonl").read_text()


def test_results_that_are_damaged_are_told_and_are_made_again(class_: Class) -> None:
    class_.out.mkdir()
    (class_.out / "results.jsonl").write_text("{}\n")
    done = class_.batch("jsonl")
    assert done.returncode == 0, done.stderr
    assert "nothing is compared: the results in results.jsonl cannot be used" in done.stderr
    assert '"label":"s-1"' in (class_.out / "results.jsonl").read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--gradebook", "canvas.csv", "--column", "Lab"], "no single assignment in it is called"),
        (["--gradebook", "canvas.csv"], "no single assignment in it is called"),
        (["--compare", "gone.jsonl"], "the results in gone.jsonl cannot be used"),
        (["--outputs", "csv,twin"], "the outputs 'csv' and 'twin' both write gradebook.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_made_is_told_before_anything_is_judged(
    class_: Class, options: list[str], told: str
) -> None:
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz (7)"]
    sheet(class_.folder / "canvas.csv", [header, ["Kim", "1", "s-1", "kim", "A", ""]])
    named = [class_.folder / word if word.endswith((".csv", "l")) else word for word in options]
    done = class_.batch("csv", *named)
    assert done.returncode == 2
    assert told in done.stderr
    assert not class_.out.exists()


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python takes another folder then")
def test_a_folder_for_temporary_files_with_a_name_that_is_too_long_is_told(class_: Class) -> None:
    folder = class_.folder / ("x" * 100)
    folder.mkdir()
    done = class_.batch("csv", TMPDIR=str(folder))
    assert done.returncode == 2
    assert "the name of the folder for temporary files is too long" in done.stderr
    assert "`TMPDIR=/tmp grade-lab batch …`" in done.stderr
