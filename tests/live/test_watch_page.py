"""The checklist in a browser while a real lab is done."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import NEEDS_CHROMIUM
from tests.live.learners import Learner, clean_up, look, up_to_pull
from tests.live.watching import session, settings, watching

pytestmark = [pytest.mark.live, *NEEDS_CHROMIUM]

SOON = 5_000  # milliseconds, on a machine that does much else


def points(page: Page, objective: int, expected: str) -> None:
    row = page.locator("[data-is=rows] > li").nth(objective)
    expect(row.locator("[data-is=points]")).to_have_text(expected, timeout=SOON)


def test_the_page_ticks_while_the_learner_works(learner: Learner, browser: Browser) -> None:
    with watching(learner.folder, "--web", *settings(learner)):
        status = session(learner.folder).status()
        assert status is not None
        page = browser.new_page()
        page.goto(status.page)
        page.evaluate("window.stayed = true")
        build, run, http, logs, removed = 3, 8, 9, 10, 16
        points(page, build, "0")
        up_to_pull(learner)
        points(page, build, "10")
        learner.write_env()
        learner.run(command=("python", "-c", "raise SystemExit('no wishes today')"))
        expect(page.get_by_role("alert").first).to_contain_text("exit code 1", timeout=SOON)
        expect(page.locator(".alert pre").first).to_have_text("no wishes today")
        learner.docker("rm", "-f", learner.name)
        learner.run()
        points(page, run, "10")
        points(page, http, "6")
        points(page, logs, "4")
        expect(page.get_by_role("alert")).to_have_count(0)
        look(learner)
        clean_up(learner)
        points(page, removed, "4")
        expect(page.locator("[data-is=score]")).to_have_text("100", timeout=SOON)
        assert page.evaluate("window.stayed")
        page.close()
    listed = json.dumps(session(learner.folder).status())
    assert listed == "null"
