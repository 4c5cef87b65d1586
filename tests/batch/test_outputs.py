"""Gradebooks: read back as a spreadsheet or a site reads them."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.model import Row
from grader.batch.outputs import results_jsonl
from grader.batch.outputs.contract import ClassOutput
from grader.batch.outputs.gradebook import Table
from grader.cells import bare, is_formula, plain, readable
from grader.errors import GradeLabError, OutputError
from grader.plugins import class_output, class_outputs
from grader.result import Learner
from tests.batch.graded import broken, graded, row, rubric, table
from tests.batch.workbook import MAIN, xlsx
from tests.pages import code
from tests.sample_class import rows as sample_rows

NAMES = ["canvas", "csv", "gradescope", "jsonl", "moodle", "xlsx"]
FORMULA = re.compile(r"[\s\"`]*[=+\-@]|[\t\r\n]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")

hostile = st.one_of(
    st.text(max_size=30),
    st.builds(
        lambda start, sign, rest: start + sign + rest,
        st.sampled_from(["", " ", "\t", "\r\n", '"', "'", "\u200b", "\ufeff", "\x00", "\u2028"]),
        st.sampled_from("=+-@＝＋－＠﹣−|%;,"),
        st.sampled_from(['cmd|"/c calc"!A1', '1+1","=2', "HYPERLINK(1)\n=3", "_x0041_", "<b>&"]),
    ),
)


def test_all_outputs_are_found() -> None:
    assert set(NAMES) <= set(class_outputs())


def test_the_gradebook_has_a_line_for_each_submission(tmp_path: Path) -> None:
    late = row(
        *("s-1", "12.50", "김민지"),
        score=Decimal("14.50"),
        penalty=Decimal(2),
        passed=True,
        email="a@b.kr",
        submitted_at=datetime(2026, 12, 1, tzinfo=UTC),
        notices=("one", "two"),
    )
    path = tmp_path / "gradebook.csv"
    class_output("csv").write(graded(tmp_path, [late, broken("s-2", "no, archive")]), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, first, second = table(path, "utf-8-sig")
    told = dict(zip(header, first, strict=True))
    assert told == {
        "label": "s-1",
        "id": "s-1",
        "name": "김민지",
        "email": "a@b.kr",
        "score": "14.5",
        "max": "20",
        "penalty": "2",
        "final": "12.5",
        "passed": "TRUE",
        "complete": "TRUE",
        "submitted_at": "2026-12-01T00:00:00+00:00",
        "status:build": "pass",
        "status:answers": "review",
        "error": "",
        "notices": "one; two",
        "review": "answers",
    }
    told = dict(zip(header, second, strict=True))
    assert told["error"] == "no, archive"
    assert not told["final"], "what was not judged is not 0"


def test_the_workbook_has_typed_cells_and_counts_of_objectives(tmp_path: Path) -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    path = tmp_path / "gradebook.xlsx"
    rows = [row("s-1", "12.5", "김민지", submitted_at=at, passed=True), row("s-2", "7.5")]
    class_output("xlsx").write(graded(tmp_path, rows, lang="en"), path)
    (learners, objectives) = xlsx(path).values()
    assert "An image was built" in learners[0]
    assert learners[1][:3] == ["s-1", "s-1", "김민지"]
    assert learners[1][3:8] == ["n:12.5", "n:20", "n:0", "n:12.5", "b:1"]
    assert "n:46357.375" in learners[1], "09:00 in the deadline's zone"
    assert objectives[1][:4] == ["build", "An image was built", "n:10", "n:8.75"]
    assert objectives[1][4] == "n:2"
    with ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        made = book.read("docProps/core.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet
    assert ">1980-01-01T00:00:00Z<" in made, "the clock is not in it"


def test_a_time_in_the_workbook_has_room_and_says_its_zone(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.xlsx"
    rows = [row("s-1", submitted_at=datetime(2026, 12, 1, tzinfo=UTC))]
    class_output("xlsx").write(graded(tmp_path, rows), path)
    with ZipFile(path) as book:
        styles = book.read("xl/styles.xml").decode()
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
    shown = "yyyy-mm-dd hh:mm:ss &quot;+09:00&quot;"
    assert f'"{shown}"' in styles
    place = str(Table(rubric(tmp_path)).names.index("submitted_at") + 1)
    [width] = [col.get("width", "0") for col in sheet.iter(f"{MAIN}col") if col.get("min") == place]
    assert float(width) > len("yyyy-mm-dd hh:mm:ss +09:00"), "#### is shown where it is less"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_workbook_bears_times_that_no_calendar_has(tmp_path: Path, at: str) -> None:
    path = tmp_path / "gradebook.xlsx"
    rows = [row("s-1", submitted_at=datetime.fromisoformat(at))]
    class_output("xlsx").write(graded(tmp_path, rows), path)
    assert len(xlsx(path)) == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_same_rows_give_the_same_bytes_and_no_drafts(tmp_path: Path, name: str) -> None:
    output = class_output(name)
    for folder in ("one", "two"):
        output.write(graded(tmp_path, sample_rows(40, "ko")), tmp_path / folder / output.filename)
    one, two = (tmp_path / folder / output.filename for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert [path.name for path in one.parent.iterdir()] == [output.filename]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, name: str) -> None:
    output = class_output(name)
    path = tmp_path / "out" / output.filename
    output.write(graded(tmp_path, [row("s-1")]), path)
    before = path.read_bytes()

    class StoreIsGoneError(Exception):
        pass

    def rows() -> Iterator[Row]:
        yield row("s-0")
        raise StoreIsGoneError

    given_up = graded(tmp_path, [])
    broken_off = type(given_up)(rows, given_up.rubric, given_up.assignment)
    with pytest.raises(StoreIsGoneError):
        output.write(broken_off, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        class_output(name).write(graded(tmp_path, [row("s-1")]), tmp_path / "file" / "x.csv")


@settings(max_examples=40, deadline=None)
@given(st.lists(hostile, min_size=6, max_size=6))
def test_no_text_of_a_learner_is_a_formula_or_breaks_a_line(texts: list[str]) -> None:
    texts = ["".join(c for c in t if unicodedata.category(c) != "Cs") for t in texts]
    name, id_, email, error, notice, message = texts
    judged = row("s-1", name=name, email=email, notices=(notice, message))
    mine = judged.model_copy(update={"learner": Learner(id=id_, name=name)})
    bad = broken("s-2", error or "x", email=email).model_copy(update={"learner": mine.learner})
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        written = {one: written_by(class_output(one), place, [mine, bad]) for one in NAMES}
        for one in ("csv", "canvas", "gradescope", "moodle"):
            text = written[one].read_bytes().decode("utf-8-sig")
            lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert len({len(line) for line in lines}) == 1, one
            assert len(lines) == len(text.splitlines()), "no cell breaks a line"
            for cell in chain(*lines):
                assert NUMBER.fullmatch(cell) or not FORMULA.match(normal(cell)), (one, cell)
        assert [*results_jsonl.read(written["jsonl"])] == [mine, bad]
        shown = {re.sub(r"\s", " ", cell) for cell in chain(*xlsx(written["xlsx"])["Gradebook"])}
        assert not {re.sub(r"\s", " ", readable(t)) for t in (name, error) if t} - shown


def written_by(output: ClassOutput, folder: Path, rows: list[Row]) -> Path:
    output.write(graded(folder, rows), folder / output.filename)
    return folder / output.filename


def normal(text: str) -> str:
    """As a careless reader sees it: compatible signs are one, what cannot be seen is not there."""
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


@given(hostile)
def test_a_cell_is_read_back_as_the_text_it_was_made_of(text: str) -> None:
    assert bare(plain(text)) == readable(text)
    assert plain(text)[:1] == "'" or not is_formula(readable(text))
    plain(text).encode()  # what UTF-8 cannot hold is gone


@pytest.mark.parametrize("text", ["김민지", "O'Neill", "a-b", "1", "x = 1", "", "–", "'quoted'"])
def test_a_harmless_text_stays_what_it_is(text: str) -> None:
    assert plain(text) == text


def test_results_that_are_none_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    class_output("jsonl").write(graded(tmp_path, [row("s-1")]), path)
    path.write_bytes(path.read_bytes() + b'{"label": 1}\n')
    read = results_jsonl.read(path)
    assert next(read) == row("s-1")
    with pytest.raises(GradeLabError, match=f"{path.name}:2: is not a row"):
        next(read)
    with pytest.raises(GradeLabError, match="No such file"):
        next(results_jsonl.read(tmp_path / "gone.jsonl"))


def test_results_that_a_later_version_wrote_can_be_compared_with(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    class_output("jsonl").write(graded(tmp_path, [row("s-1")]), path)
    later = path.read_text(encoding="utf-8").replace('{"label":', '{"tutor":"Kim","label":')
    later = later.replace('{"id":"build",', '{"id":"build","level":2,')
    assert later.count('"tutor"') == later.count('"level"') == 1
    path.write_text(later, encoding="utf-8")
    assert [*results_jsonl.read(path)] == [row("s-1")]


def test_the_example_of_the_docs_works(tmp_path: Path) -> None:
    (example,) = code("gradebooks.md", "python")
    names: dict[str, ClassOutput] = {}
    exec(example, names)
    names["OUTPUT"].write(graded(tmp_path, [row("a", passed=True), row("b")]), tmp_path / "x")
    assert (tmp_path / "x").read_text() == "a"
