"""The pages, full of everything that a learner could write, in a real browser: nothing runs.

And what would run is noticed: the same page with a script in it, with and without its policy.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from grader.batch.model import Flag
from grader.plugins import class_output
from grader.report.checklist import checklist
from grader.report.html import render
from grader.watch.web import WebView
from tests.batch.graded import graded
from tests.browser import NEEDS_CHROMIUM
from tests.report.checklists import full_of
from tests.report.hostile import CORPUS, INTRUDER, hostile
from tests.report.outputs import judged, rows_of
from tests.report.visits import Seen, watched

pytestmark = NEEDS_CHROMIUM

POLICY = re.compile(r"<meta[^>]*content-security-policy[^>]*>", re.IGNORECASE)


def opened(browser: Browser, path: Path, html: str) -> Seen:
    path.write_text(html, encoding="utf-8")
    with watched(browser, path.as_uri()) as (_, seen):
        pass
    return seen


def report() -> str:
    """A report in which each text of the corpus stands everywhere."""
    results = [hostile(text) for text in CORPUS]
    parts = [
        replace(objective, id=f"{number}-{objective.id}", requires=())
        for number, result in enumerate(results)
        for objective in result.objectives
    ]
    steps = [step for result in results for step in result.timeline[:2]]
    return render(results[0].model_copy(update={"objectives": tuple(parts), "timeline": steps}))


def class_page(folder: Path) -> str:
    """A class of learners each of whom is called a text of the corpus."""
    rows = [one for i, text in enumerate(CORPUS) for one in rows_of(text, f"{i}-")]
    path = folder / "class.html"
    told = [Flag(kind="twins", labels=(text, text), evidence=text) for text in CORPUS]
    class_output("html").write(graded(folder, rows, flags=lambda: iter(told)), path)
    return path.read_text(encoding="utf-8")


def test_nothing_runs_in_a_report(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert opened(browser, path, report()) == Seen(asked=[path.as_uri()])


def test_nothing_runs_in_the_page_of_a_class(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert opened(browser, path, class_page(tmp_path)) == Seen(asked=[path.as_uri()])


def test_nothing_runs_in_the_live_page(browser: Browser) -> None:
    with WebView() as view, watched(browser, view.url) as (page, seen):
        for number, text in enumerate([*CORPUS, "half a letter: \ud800"], 1):
            results = [] if "\ud800" in text else [*judged(text)[:1], hostile(text)]
            for shown in (*(checklist(one, notice=text) for one in results), full_of(text)):
                view.update(replace(shown, score=str(number)))
            expect(page).to_have_title(re.compile(rf"{number}/"))
    assert seen == Seen(asked=[view.url, f"{view.url}events"])


@pytest.mark.parametrize("page", ["report", "class"])
def test_what_would_run_is_noticed_and_the_policy_stops_it(
    browser: Browser, tmp_path: Path, page: str
) -> None:
    html = class_page(tmp_path) if page == "class" else render(hostile("x"))
    assert len(POLICY.findall(html)) == 1
    path = tmp_path / "intruder.html"
    stopped = opened(browser, path, html.replace("</main>", f"{INTRUDER}</main>"))
    assert stopped.pwned is None
    assert {rule.partition("-")[0] for rule in stopped.violations} == {"script", "img"}
    assert stopped.intruders == 1
    ran = opened(browser, path, POLICY.sub("", path.read_text(encoding="utf-8")))
    assert ran.pwned in {1, 2}
    assert ran.violations == []
