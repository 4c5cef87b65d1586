"""Class reports for tests of the page, and what people see in one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.class_report import About, class_report
from grader.batch.model import Flag, Row
from grader.report.class_page import write
from grader.report.class_view import ClassView, Moved
from grader.result import Learner
from tests import sample_class as sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


def a_view(count: int, lang: str = "en") -> ClassView:
    return class_report(
        lambda: sample.rows(count, lang), sample.about(lang), sample.flags(count), sample.moved()
    )


def opened(browser: Browser, path: Path, view: ClassView, **context: object) -> Page:
    write(view, path)
    page = browser.new_page(**context)
    page.goto(path.as_uri())
    return page


def learners(page: Page) -> Locator:
    return page.locator("table.learners tbody tr")


def heading(page: Page, name: str) -> Locator:
    return page.locator("table.learners thead").get_by_role("button", name=name, exact=True)


def full_of(text: str) -> ClassView:
    objective = next(row for row in sample.rows(5) if row.objectives).objectives[0]
    rows = [
        Row(
            label=f"{i}{text}",
            key="",
            learner=Learner(id=text, name=text),
            error=text * (i == 0),
            notices=(text,),
            objectives=(
                objective.model_copy(update={"status": status, "message": f"`{text}` {text}"})
                for status in ("fail", "review")
            ),
            report=f"learners/{text}",
        )
        for i in range(3)
    ]
    about = About(text, text, text, Decimal("0.5"), {objective.id: text})
    flag = Flag(kind=text, labels=(rows[0].label, text), evidence=text)
    moved = Moved(text, text, Decimal(1), None, text)
    return class_report(lambda: iter(rows), about, [flag], [moved])
