"""Markdown as GitHub shows it, by GitHub's own parser."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from cmarkgfm import github_flavored_markdown_to_html

OURS = {"h1", "h2", "p", "ul", "li", "strong", "code"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


class Shown(HTMLParser):
    """What is shown: the elements, the text, and the text that is not code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = self.prose = ""
        self._in_code = False
        self.feed(github_flavored_markdown_to_html(markdown))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self._in_code |= tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code &= tag != "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.prose += "" if self._in_code else data
