"""The class report in a real browser: a thousand learners, sorted and filtered; no harm done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from grader.batch.class_report import MAX_LISTED, class_report
from grader.batch.model import Row
from tests import sample_class as sample
from tests.browser import NEEDS_CHROMIUM
from tests.report.class_pages import a_view, full_of, heading, learners, opened

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def page(browser: Browser, thousand: Path) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(5000)
    page.goto(thousand.as_uri())
    yield page
    page.close()


def column(page: Page, number: int) -> list[str]:
    """The texts of a column, once all rows are there."""
    if page.locator("[data-is=filter]").is_visible():
        shown = int(page.get_by_role("status").inner_text().split()[0])
        expect(learners(page)).to_have_count(shown)
    return page.locator(f"table.learners tbody tr > :nth-child({number})").all_inner_texts()


@pytest.mark.parametrize(
    ("name", "number", "kind"),
    [("Score", 2, float), ("Objectives", 5, float), ("Learner", 1, str), ("Result", 3, str)],
)
def test_a_heading_sorts_its_column_both_ways(
    page: Page, name: str, number: int, kind: type
) -> None:
    def values() -> list[Any]:
        told = column(page, number)
        if kind is str:
            return [word.split("\n")[0].replace("í", "i").replace("á", "a") for word in told]
        return [float(word.split("/")[0] or 0) for word in told]

    cell = page.locator("table.learners thead th").nth(number - 1)
    heading(page, name).click()
    expect(cell).to_have_attribute("aria-sort", "ascending")
    upward = values()
    assert upward == sorted(upward)
    heading(page, name).click()
    expect(cell).to_have_attribute("aria-sort", "descending")
    assert [*reversed(values())] == upward
    heading(page, "Late").click()
    assert cell.get_attribute("aria-sort") is None
    late = [float(word.replace("−", "-") or 0) for word in column(page, 4)]
    assert late == sorted(late)


def test_what_needs_attention_comes_first(page: Page) -> None:
    heading(page, "Flags").click()
    flags = [int(word or 0) for word in column(page, 7)]
    assert flags == sorted(flags, reverse=True)
    assert flags[0] > 0


def test_the_keyboard_sorts_and_filters(page: Page) -> None:
    page.get_by_label("Find").focus()
    page.keyboard.type("s-00007")
    expect(learners(page)).to_have_count(1)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(learners(page)).to_have_count(1000)
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Score"
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_text("Score")


def test_text_finds_every_word_in_any_order_and_the_count_follows(page: Page) -> None:
    told = page.get_by_role("status")
    expect(told).to_have_text("1000 of 1000 shown")
    page.get_by_label("Find").fill("kim ANNA")
    wanted = [
        row
        for row in sample.rows(1000)
        if "anna" in row.learner.name.lower() and "kim" in row.learner.name.lower()
    ]
    expect(learners(page)).to_have_count(len(wanted))
    expect(told).to_have_text(f"{len(wanted)} of 1000 shown")
    page.get_by_label("Find").fill("nobody is called so")
    expect(page.get_by_text("Nobody matches")).to_be_visible()
    expect(told).to_have_text("0 of 1000 shown")


def test_the_table_can_be_narrowed_to_each_kind(page: Page) -> None:
    rows = list(sample.rows(1000))
    flagged = {label for flag in sample.flags(1000) for label in flag.labels}
    wanted = {
        "passed": sum(row.passed for row in rows),
        "error": sum(bool(row.error) for row in rows),
        "review": sum(bool(row.review) for row in rows),
        "late": sum(row.penalty > 0 for row in rows),
        "flagged": len(flagged),
        "notice": sum(bool(row.notices) for row in rows),
        "all": 1000,
    }
    for mark, count in wanted.items():
        page.get_by_label("Show", exact=True).select_option(mark)
        expect(learners(page)).to_have_count(count)
        expect(page.get_by_role("status")).to_have_text(f"{count} of 1000 shown")


def test_filter_and_order_go_together(page: Page) -> None:
    heading(page, "Score").click()
    page.get_by_label("Show", exact=True).select_option("flagged")
    page.get_by_label("Find").fill("kim")
    scores = [float(word or 0) for word in column(page, 2)]
    assert scores == sorted(scores)
    assert all("Kim" in name for name in column(page, 1))


def test_a_learner_leads_to_the_own_report(browser: Browser, tmp_path: Path) -> None:
    label = "김 민준#1 (50%)"
    report = tmp_path / "learners" / label / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<title>mine</title>")
    row = Row(label=label, key="", report=f"learners/{label}")
    page = opened(
        browser, tmp_path / "class.html", class_report(lambda: iter([row]), sample.about())
    )
    page.get_by_role("link", name=label).click()
    expect(page).to_have_title("mine")
    page.close()


def test_only_what_one_person_can_look_through_is_shown_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    page = opened(
        browser, tmp_path / "class.html", class_report(lambda: sample.rows(1100), sample.about())
    )
    expect(learners(page)).to_have_count(1000)
    expect(page.get_by_role("status")).to_have_text("1000 of 1100 shown")
    page.get_by_role("button", name="Show all 1100").click()
    expect(learners(page)).to_have_count(1100)
    expect(page.locator("[data-is=more]")).to_be_hidden()
    page.close()


def test_without_scripts_it_is_a_plain_table(browser: Browser, thousand: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(thousand.as_uri())
    expect(page.locator("[data-is=filter]")).to_be_hidden()
    assert page.locator("table.learners button").count() == 0
    assert [label.split()[-1] for label in column(page, 1)] == [
        row.label for row in sample.rows(1000)
    ]
    context.close()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_axe_finds_nothing_wrong(
    browser: Browser, tmp_path: Path, lang: str, scheme: str, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    page = opened(
        browser, tmp_path / "class.html", a_view(100, lang), color_scheme=scheme, viewport=viewport
    )
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.locator("thead button").first.click()
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_the_page_scrolls_in_one_direction_only(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    long = "0123456789abcdef" * 20
    for view in (a_view(60, "ko"), full_of(long)):
        page = opened(
            browser, tmp_path / "class.html", view, viewport={"width": width, "height": 800}
        )
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()


def test_on_a_phone_a_name_is_not_written_downwards(browser: Browser, tmp_path: Path) -> None:
    viewport = {"width": 360, "height": 800}
    page = opened(browser, tmp_path / "class.html", a_view(5), viewport=viewport)
    boxes = [name.bounding_box() for name in page.locator("tbody th bdi").all()]
    assert [box for box in boxes if box is None or box["height"] > box["width"]] == []
    page.close()


def test_the_drawing_is_told_in_words_too(page: Page) -> None:
    view = a_view(1000)
    assert view.spread is not None
    drawing = page.locator("svg.histogram")
    said = page.locator(f"#{(drawing.get_attribute('aria-labelledby') or '').split()[1]}")
    expect(said).to_contain_text(f"{view.spread.median} points or more")
    page.get_by_text("The same as a table").click()
    told = page.locator("table.bins td").all_inner_texts()
    assert tuple(map(int, told)) == view.spread.bins


def test_a_long_list_is_cut_and_says_so(browser: Browser, tmp_path: Path) -> None:
    rows = [Row(label=f"s-{i}", key="", error="bad") for i in range(MAX_LISTED + 3)]
    view = class_report(lambda: iter(rows), sample.about())
    page = opened(browser, tmp_path / "class.html", view)
    page.get_by_text(f"Learners: {MAX_LISTED + 3}").click()
    expect(page.locator("details.list li")).to_have_count(MAX_LISTED)
    expect(page.get_by_text("3 more are not shown here")).to_be_visible()
    page.close()


def test_an_empty_class_is_a_page_too(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path / "class.html", class_report(lambda: iter([]), sample.about()))
    expect(page.get_by_text("No submission could be judged yet.")).to_be_visible()
    page.close()


def test_paper_shows_all_and_no_controls(page: Page) -> None:
    expect(page.locator("[data-is=filter]")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("[data-is=filter]")).to_be_hidden()
    expect(learners(page).last).to_be_visible()
