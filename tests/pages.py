"""The pages of docs/, and the code in them."""

from __future__ import annotations

import re

from tests.places import ROOT

_BLOCK = re.compile(
    r"(?:`([\w./-]+\.\w+)`[^`\n]*:\n\n)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[tuple[str, str, str]]:
    """Each block of code: the file that the line before names, the language, the code."""
    return _BLOCK.findall(page(name))


def code(name: str, language: str) -> list[str]:
    return [text for _, kind, text in blocks(name) if kind == language]
