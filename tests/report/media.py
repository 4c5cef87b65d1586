"""What is true of a text that is shown in a medium, and does no harm there."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

from grader.cells import MARK, is_formula
from tests.ci.runner import commands
from tests.report.consumers.github import OURS, Shown


def unseen(text: str) -> set[str]:
    """Characters that control a terminal, turn the direction of text, or fit into no file."""
    kinds = ("Cc", "Cf", "Cs", "Cn")
    return {c for c in text if unicodedata.category(c) in kinds and c not in "\n\ufeff\u200c\u200d"}


CONTROLS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def in_terminal(shown: str) -> None:
    assert not unseen(shown) - {"\t"}


def in_log(shown: str) -> None:
    in_terminal(shown)
    obeyed = commands(shown.encode())
    assert {command.name for command in obeyed} <= {"error", "warning", "notice"}
    for command in obeyed:
        assert command.properties.keys() <= {"file", "line", "title"}


def in_plain_log(shown: str) -> None:
    in_terminal(shown)
    assert "section_start" not in shown or "\r" not in shown


def in_sheet(shown: str) -> None:
    assert not CONTROLS.search(shown.replace("\r\n", "\n"))
    header, *lines = csv.reader(io.StringIO(shown.removeprefix("\ufeff"), newline=""), strict=True)
    for cells in lines:
        assert len(cells) == len(header)
        assert not [cell for cell in cells if is_formula(cell) and cell[0] != MARK]


def in_json(shown: str) -> None:
    for document in [shown] if shown.startswith(("{\n", "[\n")) else shown.strip().split("\n"):
        json.loads(document)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", shown)


def in_xml(shown: str) -> None:
    ElementTree.fromstring(shown)
    assert not unseen(shown) - {"\t"}


def in_markdown(shown: str) -> None:
    assert set(Shown(shown).tags) <= OURS
    assert not unseen(shown) - {"\t"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        assert tag not in {"img", "iframe", "object", "form", "base", "math", "embed"}
        assert not [name for name in told if name.startswith("on") or name == "srcdoc"]
        for name in ("href", "src", "action", "xlink:href"):
            assert re.match(r"#|learners/|data:image/svg|$", told.get(name) or "")
        self.scripts += tag == "script"
        if (told.get("http-equiv") or "").lower() == "content-security-policy":
            self.policy = told["content"] or ""
        else:
            assert "http-equiv" not in told


def in_page(shown: str) -> None:
    page = _Page()
    page.feed(shown)
    assert page.scripts <= 1
    assert "default-src 'none'" in page.policy
    assert "unsafe" not in page.policy
    assert not unseen(shown) - {"\t"}


def in_workbook(shown: str) -> None:
    assert shown  # `xlsx` has read it: no cell has a formula
