"""Pages that several files of tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.report.class_page import write
from grader.watch.web import WebView
from tests.report.class_pages import a_view
from tests.results import a_checklist

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def view() -> Iterator[WebView]:
    with WebView() as view:
        view.update(a_checklist())
        yield view


@pytest.fixture
def page(browser: Browser, view: WebView) -> Iterator[Page]:
    from playwright.sync_api import expect

    page = browser.new_page()
    page.goto(view.url)
    expect(page.locator("h1")).to_have_text("Containers and Docker")
    yield page
    page.close()


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("class") / "class.html"
    write(a_view(1000), path)
    return path
