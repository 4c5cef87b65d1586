"""The live page in a real browser: no text runs, everyone can read it, on every screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from grader.watch.web import WebView
from tests.browser import NEEDS_CHROMIUM
from tests.report.checklists import full_of
from tests.results import a_checklist

pytestmark = NEEDS_CHROMIUM


def test_the_policy_stops_a_script_that_got_in_all_the_same(page: Page) -> None:
    page.evaluate(
        "const script = document.createElement('script'); window.trusted = 'refused';"
        "try { script.textContent = 'window.trusted = 1'; document.body.append(script) } catch {}"
        "try { document.body.innerHTML = '<b>'; window.trusted = 2 } catch {}"
    )
    assert page.evaluate("window.trusted") == "refused"


def test_the_policy_lets_style_and_script_through(browser: Browser, view: WebView) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(view.url)
    expect(page.locator(".row")).to_have_count(7)
    drawn = page.evaluate("getComputedStyle(document.querySelector('.tasks')).borderRadius")
    page.close()
    assert drawn != "0px"
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_axe_finds_nothing_wrong(
    browser: Browser, view: WebView, lang: str, scheme: str, width: int
) -> None:
    view.update(a_checklist(lang))
    context = browser.new_context(
        bypass_csp=True,  # axe writes markup
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    page.goto(view.url)
    expect(page.locator(".row")).to_have_count(7)
    found = Axe().run(page)
    lost = Axe()
    view.update(a_checklist(lang, next=None, alerts=(), passed=True, recording=False))
    expect(page.locator(".alert")).to_have_count(0)
    page.evaluate("document.body.classList.add('is-lost')")
    found_later = lost.run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()
    assert found_later.violations_count == 0, found_later.generate_report()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_phone_scrolls_in_one_direction_only(browser: Browser, view: WebView, lang: str) -> None:
    long = "sha256:" + "0123456789abcdef" * 20
    checklist = replace(full_of(f"`{long}` {long}"), lang=lang)
    view.update(checklist)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(view.url)
    expect(page.locator(".row")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    view.update(a_checklist(lang))
    expect(page.locator(".row")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
