"""The HTML report in a real browser: accessible, self-contained, and readable on every screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from grader.result import Learner, Result
from tests.browser import NEEDS_CHROMIUM
from tests.report.visits import visit
from tests.results import a_check, a_result, an_objective

pytestmark = NEEDS_CHROMIUM


def long_texts(lang: str) -> Result:
    long = "sha256:" + "0123456789abcdef" * 40
    check = a_check("fail", long, expected=long, actual=f"`{long}`", hint=f"docker pull {long}")
    objectives = (an_objective(long, check), *a_result(lang).objectives)
    return a_result(lang, objectives=objectives, learner=Learner(id=long, name=long))


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_axe_finds_nothing_wrong(
    browser: Browser, tmp_path: Path, lang: str, scheme: str, width: int
) -> None:
    page = browser.new_page(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 800},
    )
    visit(page, tmp_path, a_result(lang))
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_phone_scrolls_in_one_direction_only(browser: Browser, tmp_path: Path, lang: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    visit(page, tmp_path, long_texts(lang))
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    width = page.evaluate("document.documentElement.scrollWidth")
    cut = page.evaluate(
        "[...document.querySelectorAll('.drawing text')].filter("
        "  t => t.getBoundingClientRect().right > innerWidth).map(t => t.textContent)"
    )
    page.close()
    assert width == 360
    assert cut == []


def test_it_can_be_read_without_scripts_and_asks_the_network_for_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    requested = visit(page, tmp_path, a_result())
    text = page.inner_text("main")
    page.context.close()
    assert "docker build -t wisheasy:1.0 ." in text
    assert "a file in the image differs from the submitted source" in text
    assert [url.rpartition("/")[2] for url in requested] == ["report.html"]


def test_the_policy_lets_the_style_sheet_through(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    visit(page, tmp_path, a_result())
    drawn = page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius")
    page.close()
    assert drawn != "0px"
    assert complaints == []


def test_the_keyboard_opens_every_detail(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    visit(page, tmp_path, long_texts("en"))
    # Once round the page and back to its beginning, opening what is closed.
    for _ in range(200):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "const e = document.activeElement, closed = 'details:not([open]) > summary';"
            "e === document.body ? 'end' : e.matches(closed) ? 'closed' : ''"
        )
        if where == "end":
            break
        if where == "closed":
            page.keyboard.press("Enter")
    closed = page.evaluate("document.querySelectorAll('details:not([open])').length")
    opened = page.evaluate("document.querySelectorAll('details[open]').length")
    page.close()
    assert closed == 0
    assert opened > 5


@pytest.mark.parametrize("width", [360, 1200])
def test_the_mark_of_the_focus_is_seen_whole(browser: Browser, tmp_path: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    visit(page, tmp_path, long_texts("en"))
    cut = page.evaluate(
        """[...document.querySelectorAll('.overview a')].filter(link => {
            link.focus({focusVisible: true});
            const style = getComputedStyle(link);
            const room = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
            const mark = link.getBoundingClientRect();
            const seen = link.closest('.overview').getBoundingClientRect();
            return mark.left - room < Math.max(seen.left, 0) || mark.right + room > seen.right
                || mark.right + room > innerWidth || mark.bottom + room > seen.bottom;
        }).length"""
    )
    page.close()
    assert cut == 0


def test_the_first_key_leads_to_the_objectives(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    visit(page, tmp_path, a_result())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    page.close()
    assert focused == "objectives"


def test_paper_shows_what_the_screen_hides(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    visit(page, tmp_path, a_result())
    evidence = page.locator(".evidence li").first
    hidden = not evidence.is_visible()
    page.emulate_media(media="print")
    printed = evidence.is_visible()
    page.close()
    assert hidden
    assert printed
