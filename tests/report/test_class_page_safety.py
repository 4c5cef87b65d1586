"""The class report is harmless and small, whatever stands in it and however many there are."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from grader.batch.class_report import class_report
from grader.errors import OutputError
from grader.report.class_page import write
from tests import sample_class as sample
from tests.browser import NEEDS_CHROMIUM
from tests.report.class_pages import a_view, full_of, heading, learners
from tests.report.hostile import CORPUS, INTRUDER
from tests.report.visits import Seen, watched

pytestmark = NEEDS_CHROMIUM


MB = 1_000_000


def test_a_thousand_learners_are_small_enough_to_mail(thousand: Path) -> None:
    assert thousand.stat().st_size < 3 * MB


def test_a_page_is_written_as_it_is_made(tmp_path: Path) -> None:
    path = tmp_path / "class.html"
    write(a_view(10), path)
    some = [row for row in sample.rows(80) if not row.review][:50]
    view = class_report(lambda: (row for _ in range(80) for row in some), sample.about())
    tracemalloc.start()
    write(view, path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < path.stat().st_size / 3


def test_hostile_text_runs_nothing_and_asks_for_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "class.html"
    write(full_of(f"</script></style>{INTRUDER}"), path)
    with watched(browser, path.as_uri()) as (page, seen):
        heading(page, "Learner").click()
        page.get_by_label("Find").fill("<img")
        expect(learners(page)).to_have_count(3)
    assert seen == Seen(asked=[path.as_uri()])


def test_hostile_text_does_not_change_the_shape_of_the_page(tmp_path: Path) -> None:
    def shape(text: str) -> list[str]:
        write(full_of(text), tmp_path / "class.html")
        html = (tmp_path / "class.html").read_text()
        return re.findall(r"</?(?!small|code)[a-z0-9]+", html)

    harmless = shape("harmless")
    for text in CORPUS:
        assert shape(text) == harmless, text


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write(a_view(1), tmp_path / "out" / "class.html")
