"""Signs, colours and texts as a terminal can show them, whatever its encoding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from grader.report.plain import one_line, shorten

if TYPE_CHECKING:
    from rich.text import Text

MAX_TEXT = 300

SIGNS = {
    "pass": "✓",
    "partial": "~",
    "fail": "✗",
    "unproven": "?",
    "review": "☐",
    "skip": "-",
    "error": "!",
    "to-do": "·",
    "next": "→",
    "on": "●",
    "off": "○",
    "quote": "│",
    "cut": "…",
    "bar": "━",
}
ASCII_SIGNS = {
    **SIGNS,
    "pass": "+",
    "fail": "x",
    "review": "=",
    "to-do": ".",
    "next": ">",
    "on": "*",
    "off": "o",
    "quote": "|",
    "cut": "~",
    "bar": "=",
}
"""For encodings that lack any of the others: signs of two kinds would look odd together."""

STYLES = {
    "pass": "green",
    "partial": "yellow",
    "fail": "red",
    "unproven": "magenta",
    "review": "cyan",
    "skip": "bright_black",
    "error": "yellow",
}


class TerminalText:
    """Makes texts that a terminal of this encoding shows as they are: no escapes, no markup."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self.signs = SIGNS if _can_show(SIGNS.values(), encoding) else ASCII_SIGNS

    def safe(self, text: str) -> str:
        """``text`` in one line, of characters that can be shown."""
        return one_line(text).encode(self._encoding, "replace").decode(self._encoding)

    def short(self, text: str) -> str:
        """`safe`, and no longer than anybody wants to read."""
        return self.safe(shorten(one_line(text), MAX_TEXT))

    def text(self, text: str, *, style: str = "") -> Text:
        """`short`, to be printed in a style."""
        from rich.text import Text

        return Text(self.short(text), style=style)


def _can_show(signs: Iterable[str], encoding: str) -> bool:
    try:
        "".join(signs).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
