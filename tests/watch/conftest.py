"""What tests of recording share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.watch.web import WebView


@pytest.fixture
def view() -> Iterator[WebView]:
    with WebView() as view:
        yield view
