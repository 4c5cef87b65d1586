"""Times in reports: by the clock of the reader's language, the same on every machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.plugins import report_format
from grader.report.class_page import write
from grader.report.clock import clock_of
from grader.report.drawing import Break, Mark, Note, draw
from grader.report.html import render
from tests.places import ROOT
from tests.report.class_pages import a_view
from tests.report.stories import a_gap, a_step, a_story
from tests.results import a_result

SEOUL_MIDNIGHT = 12 * 60
"""15:00 UTC, in minutes since the tests' first."""
KST = clock_of("ko")


def read(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_korean_page_tells_the_time_in_korea_and_programs_read_utc() -> None:
    html = render(a_result("ko"))
    assert '<time datetime="2026-01-02T03:09:00Z">2026-01-02 12:09:00 KST</time>' in html
    assert "UTC" not in read(html)
    assert "시각은 한국 시각(KST)입니다." in read(html)


def test_an_english_page_tells_utc() -> None:
    html = render(a_result("en"))
    assert '<time datetime="2026-01-02T03:09:00Z">2026-01-02 03:09:00 UTC</time>' in html
    assert "Times are in UTC, the world's common time." in read(html).replace("&#39;", "'")
    assert "KST" not in html


def test_the_day_is_the_one_in_korea() -> None:
    steps = [
        a_step(
            SEOUL_MIDNIGHT - 1, "docker run a", until=a_step(SEOUL_MIDNIGHT + 1, "").at, count=2
        ),
        a_step(SEOUL_MIDNIGHT + 2, "docker rm a"),
    ]
    days = [r.it.text for r in draw(steps, clock=KST) if isinstance(r.it, Note)]
    assert days == ["2026-01-02", "2026-01-03"]
    clocks = [(r.it.clock, r.it.until) for r in draw(steps, clock=KST) if isinstance(r.it, Mark)]
    assert clocks == [("23:59:00", "00:01:00"), ("00:02:00", "")]


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (0, 5, ("12:00:00", "12:05:00")),
        (
            SEOUL_MIDNIGHT - 5,
            SEOUL_MIDNIGHT + 5,
            ("2026-01-02 23:55:00", "2026-01-03 00:05:00"),
        ),
    ],
)
def test_a_gap_names_days_where_it_reaches_into_another(
    start: float, end: float, told: tuple[str, str]
) -> None:
    [row] = draw([], [a_gap(start, end)], KST)
    assert isinstance(row.it, Break)
    assert (row.it.start, row.it.end) == told


@pytest.mark.parametrize("name", ["markdown", "junit", "gradescope", "prairielearn", "classroom"])
def test_what_people_read_in_other_formats_goes_by_the_same_clock(name: str) -> None:
    korean = report_format(name).render(a_result("ko"))
    assert "UTC" not in korean
    assert ("KST" in korean) == ("UTC" in report_format(name).render(a_result("en")))


@pytest.mark.parametrize("name", ["json", "csv", "junit"])
def test_what_programs_read_stays_utc(name: str) -> None:
    times = [
        re.findall(r"2026-01-02T[\d:.]+Z?", report_format(name).render(a_result(lang)))
        for lang in ("en", "ko")
    ]
    assert times[0] == times[1]


def test_a_korean_class_report_names_its_clock(tmp_path: Path) -> None:
    write(a_view(3, "ko"), tmp_path / "class.html")
    html = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "(KST)" in html
    assert "UTC" not in read(html)


def test_the_machine_s_own_zone_changes_nothing() -> None:
    code = "from tests.report.stories import a_story; from grader.report.html import render; "
    code += "import sys; sys.stdout.buffer.write(render(a_story('ko')).encode())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TZ": "America/New_York"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == render(a_story("ko"))
