"""Pages in a real browser, and what happens in them that should not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grader.report.html import render
from grader.result import Result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page


def visit(page: Page, folder: Path, result: Result) -> list[str]:
    """Open the report; return the addresses of all that was requested."""
    path = folder / "report.html"
    path.write_text(render(result), encoding="utf-8")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(path.as_uri())
    return requested


@dataclass
class Seen:
    """What happened in a page that should not have; ``asked`` are the addresses it wanted."""

    pwned: object = None
    trouble: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    intruders: int = 0
    handlers: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: Browser, url: str) -> Iterator[tuple[Page, Seen]]:
    """Open a page; at the end give every handler in it the time to run."""
    page, seen = browser.new_page(), Seen()

    def dismissed(dialog: Dialog) -> None:
        seen.trouble.append("dialog")
        dialog.dismiss()

    page.on("dialog", dismissed)
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
    seen.handlers = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
        ".filter(name => name.startsWith('on'))"
    )
    page.close()
