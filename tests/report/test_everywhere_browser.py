"""The pages, full of everything that a learner could write, in a real browser: nothing runs.

And what would run is noticed: the same page with a script in it, with and without its policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from grader.batch.model import Flag
from grader.plugins import class_output
from grader.report.checklist import checklist
from grader.report.html import render
from grader.watch.web import WebView
from tests.batch.graded import graded
from tests.browser import NEEDS_CHROMIUM
from tests.report.hostile import CORPUS, hostile
from tests.report.outputs import judged, rows_of

pytestmark = NEEDS_CHROMIUM

INTRUDER = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
POLICY = re.compile(r"<meta[^>]*content-security-policy[^>]*>", re.IGNORECASE)


@dataclass
class Seen:
    """What happened in a page that should not have; ``asked`` are the addresses it wanted."""

    pwned: object = None
    trouble: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    intruders: int = 0


@contextmanager
def watched(browser: Browser, url: str) -> Iterator[tuple[Page, Seen]]:
    """Open a page; at the end give every handler in it the time to run."""
    page, seen = browser.new_page(), Seen()
    page.on("dialog", lambda dialog: (seen.trouble.append("dialog"), dialog.dismiss()))
    page.on("console", lambda message: seen.trouble.append(message.text))
    page.on("pageerror", lambda error: seen.trouble.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation',"
        "  event => window.violations.push(event.violatedDirective))"
    )
    page.goto(url)
    yield page, seen
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = true);"
        "new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))"
    )
    seen.pwned = page.evaluate("window.pwned")
    seen.violations = page.evaluate("window.violations")
    seen.intruders = page.evaluate(
        "[...document.querySelectorAll('img, iframe, object, embed, form, base, math, a[href]')]"
        ".filter(e => !/^(#|learners)/.test(e.getAttribute('href') ?? '')).length"
    )
    page.close()


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
        for number, text in enumerate(CORPUS, 1):
            for result in (*judged(text)[:1], hostile(text)):
                shown = replace(checklist(result, notice=text), score=str(number))
                view.update(shown)
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
