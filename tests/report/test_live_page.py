"""The live page in a real browser: it follows, and tells what is new."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from grader.report.checklist import Checklist, Step
from grader.watch import web
from grader.watch.web import WebView
from tests.browser import NEEDS_CHROMIUM
from tests.results import a_checklist

pytestmark = NEEDS_CHROMIUM


def with_status(status: str, word: str, *, score: str = "0") -> Checklist:
    """The checklist, with another status of its objective "run"."""
    before = a_checklist()
    return replace(
        before,
        rows=tuple(
            replace(row, status=status, word=word, score=score) if row.id == "run" else row
            for row in before.rows
        ),
    )


def test_an_objective_ticks_without_a_reload(page: Page, view: WebView) -> None:
    page.evaluate("window.stayed = true")
    row = page.locator("[data-is=rows] > li").nth(2)
    expect(row).to_contain_text("Not yet")
    view.update(with_status("pass", "Passed", score="5"))
    expect(row).to_contain_text("Passed")
    expect(row.locator(".points")).to_have_text("5 / 5 Points")
    expect(row.locator("use")).to_have_attribute("href", "#icon-pass")
    assert page.evaluate("window.stayed") is True


def test_score_count_and_tab_follow(page: Page, view: WebView) -> None:
    expect(page).to_have_title("10/40 · Containers and Docker")
    expect(page.locator("[data-is=share]")).to_have_attribute("width", "25%")
    view.update(replace(with_status("pass", "Passed"), score="37.5", passed=True))
    expect(page).to_have_title("37.5/40 · Containers and Docker")
    expect(page.locator("[data-is=share]")).to_have_attribute("width", "93.75%")
    expect(page.locator(".headline")).to_have_text("2 of 7 objectives are done")


def test_only_what_changed_is_marked_and_told(page: Page, view: WebView) -> None:
    told = page.locator("[aria-live]")
    expect(told).to_be_empty()
    expect(page.locator(".is-fresh")).to_have_count(0)
    view.update(with_status("pass", "Passed", score="5"))
    expect(told).to_have_text("A container ran: Passed, 5/5")
    expect(page.locator(".is-fresh")).to_have_count(1)
    view.update(with_status("fail", "Not yet"))
    expect(told).to_have_text("A container ran: Not yet, 0/5")


def test_what_stays_the_same_is_left_alone(page: Page, view: WebView) -> None:
    """Else a selection would be lost, and a screen reader would read it again."""
    page.evaluate(
        "window.touched = []; new MutationObserver(all => window.touched.push("
        "  ...all.map(one => (one.target.closest?.('[data-key], section') ?? one.target).className)"
        ")).observe(document.querySelector('main'), {subtree: true, childList: true,"
        "  characterData: true})"
    )
    view.update(with_status("pass", "Passed", score="5"))
    expect(page.locator("[aria-live]")).not_to_be_empty()
    assert set(page.evaluate("window.touched")) == {"row is-pass is-fresh"}


def test_no_motion_for_those_who_want_none(page: Page, view: WebView) -> None:
    page.emulate_media(reduced_motion="reduce")
    view.update(with_status("pass", "Passed"))
    page.locator(".is-fresh").wait_for()
    assert page.evaluate("document.getAnimations().length") == 0


def test_an_alert_is_told_once_and_goes_when_it_is_over(page: Page, view: WebView) -> None:
    alert = page.get_by_role("alert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("Container wisheasy has exited")
    expect(page.locator(".alert pre")).to_contain_text("KeyError: 'PORT'")
    page.evaluate("document.querySelector('[role=alert]').same = true")
    [first] = a_checklist().alerts
    another = replace(first, title="Port 8000 is mapped the wrong way round", actual="")
    view.update(a_checklist(alerts=(another, replace(first, actual="one more line"))))
    expect(alert).to_have_count(2)
    expect(page.locator(".alert pre").last).to_have_text("one more line")
    assert alert.last.evaluate("element => element.same") is True
    view.update(a_checklist(alerts=()))
    expect(alert).to_have_count(0)


def test_the_next_step_has_its_commands_to_copy(browser: Browser, view: WebView) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(view.url)
    buttons = page.get_by_role("button")
    expect(buttons).to_have_count(2)
    page.get_by_role("button", name="Copy docker run").click()
    expect(buttons.last).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert copied == a_checklist().next.commands[1]  # type: ignore[union-attr]


def test_where_copying_is_not_allowed_the_command_is_selected(page: Page) -> None:
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error()) }")
    page.get_by_role("button", name="Copy docker rm").click()
    page.wait_for_function("String(getSelection()) === 'docker rm -f wisheasy'")


def test_code_in_a_hint_is_code(page: Page) -> None:
    hint = page.locator(".next [data-is=hint]")
    expect(hint.locator("code").first).to_have_text("docker rm -f wisheasy")
    assert "`" not in page.inner_text("main")


def test_a_hint_that_is_a_command_is_told_once(page: Page, view: WebView) -> None:
    view.update(
        a_checklist(next=Step("Stop it", hint="docker stop w", commands=("docker stop w",)))
    )
    expect(page.locator(".next [data-is=hint]")).to_have_text("Type this command:")
    expect(page.locator(".command code")).to_have_text("docker stop w")


def test_at_the_end_nothing_is_left_to_do(page: Page, view: WebView) -> None:
    view.update(a_checklist(next=None, passed=True))
    expect(page.locator(".next h2")).to_have_text("Nothing is left to do.")
    expect(page.get_by_role("button")).to_have_count(0)


def test_when_the_recording_is_gone_the_page_says_what_to_do(browser: Browser) -> None:
    page = browser.new_page()
    with WebView() as view:
        view.update(a_checklist())
        page.goto(view.url)
        expect(page.get_by_role("status")).to_have_text(a_checklist().notice)
    expect(page.get_by_role("status")).to_contain_text("The connection to grade-lab is lost.")
    expect(page.locator(".row")).to_have_count(7)
    page.close()


def test_a_stream_that_breaks_comes_back_by_itself(
    page: Page, view: WebView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "RETRY_MILLISECONDS", 50)
    page.reload()
    expect(page.locator(".row")).to_have_count(7)
    server = view._server
    assert server
    for connection in list(server._deadlines):
        web._cut(connection)
    view.update(a_checklist(title="Later"))
    expect(page.locator("h1")).to_have_text("Later")
    expect(page.get_by_role("status")).to_have_text(a_checklist().notice)


def test_a_page_that_was_refused_tries_again(page: Page, view: WebView) -> None:
    page.clock.install()
    page.route("**/events", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("is lost")
    page.unroute("**/events")
    page.clock.fast_forward(6000)
    expect(page.get_by_role("status")).to_have_text(a_checklist().notice)


def test_trouble_with_the_recording_is_told(page: Page, view: WebView) -> None:
    view.update(a_checklist(notice="start Docker: `docker version`", recording=False))
    expect(page.get_by_role("status")).to_have_text("start Docker: docker version")
    expect(page.locator("body")).to_have_class("is-paused")


def test_the_page_speaks_the_language_of_the_checklist(page: Page, view: WebView) -> None:
    assert page.locator("html").get_attribute("lang") == "en"
    view.update(a_checklist("ko"))
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#objectives")).to_have_text("학습 목표")
    expect(page.locator(".row").first).to_contain_text("통과")


def test_the_keyboard_reaches_every_command_and_quote(page: Page) -> None:
    reached = set()
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.localName"))
    assert reached == {"pre", "button", "body"}


def test_it_says_so_where_scripts_are_off(browser: Browser, view: WebView) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(view.url)
    text = page.inner_text("body")
    context.close()
    assert "grade-lab watch" in text
    assert urlsplit(view.url).path.strip("/") not in text
