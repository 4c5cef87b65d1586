"""The timeline in a real browser: accessible, nothing cut or overlapping, on screen and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import NEEDS_CHROMIUM
from tests.report.stories import a_story
from tests.report.visits import visit

pytestmark = NEEDS_CHROMIUM

CUT = """[...document.querySelectorAll('.drawing p')].filter(
  p => p.offsetParent && (p.getBoundingClientRect().right > innerWidth + 1
    || p.scrollWidth > p.clientWidth + 1)).map(p => p.textContent)"""
OVERLAPS = """(() => {
  const texts = [...document.querySelectorAll('.drawing p')].filter(p => p.offsetParent)
    .map(p => ({ text: p.textContent, box: p.getBoundingClientRect() }));
  return texts.flatMap((a, i) => texts.slice(i + 1).filter(b =>
    a.box.left < b.box.right - 1 && b.box.left < a.box.right - 1 &&
    a.box.top < b.box.bottom - 1 && b.box.top < a.box.bottom - 1).map(b => [a.text, b.text]));
})()"""
HEIGHT_OF_A4 = 1123


@pytest.fixture(params=[1280, 800, 360])
def page(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": request.param, "height": 800})
    visit(page, tmp_path, a_story("ko"))
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_drawing_and_table(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # What is hidden from screen readers is seen by others: its contrast counts.
    page.evaluate("document.querySelector('.drawing').removeAttribute('aria-hidden')")
    found = Axe().run(page, context=".steps")
    assert found.violations_count == 0, found.generate_report()


def test_no_text_is_cut_or_over_another(page: Page) -> None:
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_gap_spans_all_lanes(page: Page) -> None:
    gap, drawing = page.locator(".drawing .gap").first, page.locator(".drawing")
    assert gap.is_visible()
    spans, whole = gap.bounding_box(), drawing.bounding_box()
    assert spans
    assert whole
    assert (spans["x"], spans["width"]) == (whole["x"], whole["width"])


def test_a_mark_stands_below_the_name_of_its_lane(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    visit(page, tmp_path, a_story())
    for lane in ("image", "registry", "container"):
        head = page.locator(f".heads .at-{lane}").bounding_box()
        marks = page.locator(f".dot.at-{lane}").all()
        assert marks
        for mark in marks:
            box = mark.bounding_box()
            assert head
            assert box
            assert abs(box["x"] - head["x"]) < box["width"]
    page.close()


def test_paper_shows_every_step_once_in_black_on_white_and_breaks_between_rows(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(color_scheme="dark", viewport={"width": 680, "height": HEIGHT_OF_A4})
    visit(page, tmp_path, a_story())
    page.emulate_media(media="print")
    assert page.locator(".drawing .subject").first.is_visible()
    assert page.locator(".drawing .said").is_visible()
    assert not page.locator(".steps table").is_visible()
    row = page.locator(".drawing .row.step").first
    assert row.evaluate("row => getComputedStyle(row).breakInside") == "avoid"
    assert row.locator("b").evaluate("b => getComputedStyle(b).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(CUT) == []
    page.close()


def test_a_screen_reader_finds_a_table_with_the_gaps_in_it(page: Page) -> None:
    page.locator(".steps summary").click()
    table = page.get_by_role("table")
    assert table.get_by_role("row").count() == len(a_story().timeline) + 4
    assert table.get_by_role("columnheader").count() == 4
    assert page.locator(".steps tr.gap").count() == 2
    assert page.locator(".steps tr.gap").first.evaluate("row => getComputedStyle(row).display") == (
        "table-row"
    )
