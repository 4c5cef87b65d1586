"""All report formats: whatever a learner wrote, the file is sound and harmless to its reader."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cells import MARK, is_formula
from grader.cells import plain as cell
from grader.errors import GradeLabError
from grader.plugins import report_format, report_formats
from grader.report.items import items, line
from grader.report.markdown_text import inline
from grader.run import formats, write
from tests.report.hostile import CODE_OR_LONG, HOSTILE, hostile
from tests.report.media import unseen
from tests.results import a_result

SOUND: dict[str, Callable[[str], object]] = {
    "classroom": json.loads,
    "csv": lambda text: list(csv.reader(io.StringIO(text))),
    "gradescope": json.loads,
    "html": str,
    "json": json.loads,
    "junit": ElementTree.fromstring,
    "markdown": str,
    "prairielearn": json.loads,
}
FOR_PEOPLE = sorted(SOUND.keys() - {"json", "html"})  # these two have tests of their own


@pytest.mark.parametrize("text", [*HOSTILE, *CODE_OR_LONG])
@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_a_hostile_text_gets_into_no_report(name: str, text: str) -> None:
    report = report_format(name).render(hostile(text))
    SOUND[name](report)
    assert not unseen(report)
    # GitHub's runner obeys `::` at the start of a line, and `##[` anywhere; the first cell of a row
    # is the rubric's id, which no learner chooses.
    assert "##[" not in report
    assert name == "csv" or not re.search(r"^\s*::", report, re.MULTILINE)


@given(st.text(st.characters()))
def test_no_text_at_all_gets_through(text: str) -> None:
    made = line(text, 100)
    assert len(made) <= 100
    assert not unseen(made + inline(text))
    assert "\n" not in made + inline(text)
    assert cell(made)[:1] == MARK or not is_formula(cell(made))


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", report_formats())
def test_the_same_result_gives_the_same_bytes_in_each_language(name: str, lang: str) -> None:
    render = report_format(name).render
    assert render(a_result(lang)) == render(a_result(lang))
    assert render(a_result("ko")) != render(a_result("en"))


def test_the_points_of_the_items_add_up_to_the_score() -> None:
    result = a_result()
    assert sum((item.verdict.score for item in items(result)), Decimal(0)) == result.score
    assert sum((item.verdict.max_score for item in items(result)), Decimal(0)) == result.max_score


def test_formats_that_write_the_same_file_are_refused() -> None:
    with pytest.raises(GradeLabError, match=r"'gradescope' and 'prairielearn' both write results"):
        formats(["html", "gradescope", "prairielearn"])


def test_a_format_asked_for_twice_is_written_once(tmp_path: Path) -> None:
    assert write(a_result(), formats(["csv", "csv"]), tmp_path) == {"csv": tmp_path / "report.csv"}


@pytest.mark.parametrize(
    ("name", "file"),
    [("gradescope", "results.json"), ("prairielearn", "results.json"), ("junit", "report.xml")],
)
def test_the_file_is_called_as_its_reader_wants_it(name: str, file: str, tmp_path: Path) -> None:
    folder = tmp_path / "grade" / "results"  # nobody has made it
    write(a_result(), formats([name]), folder)
    assert [path.name for path in folder.iterdir()] == [file]
