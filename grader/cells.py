"""What stands in a spreadsheet's cells: text that is no formula, and numbers that stay numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

FORMULA: Final = frozenset("=+-@\u2212")
"""What a formula begins with, once full-width and small variants are their plain ones (NFKC)."""
MARK: Final = "'"
"""Before a cell it says that what follows is text; a spreadsheet shows it, or takes it away."""

_QUOTES = frozenset("\"'`‘’“”")
_BREAKS = frozenset("\t\r\n")
_GAPS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_UNREADABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Control characters, marks that turn the direction of text, and what no file format can hold."""


def readable(text: str) -> str:
    """A text in one line, without characters that no file can hold or no eye can see."""
    return _UNREADABLE.sub("\ufffd", _GAPS.sub(" ", text))


def plain(text: str) -> str:
    """A readable text as a cell of a CSV file that no spreadsheet takes for a formula."""
    text = readable(text)
    return f"{MARK}{text}" if is_formula(text) else text


def bare(cell: str) -> str:
    """The text that `plain` made a cell of."""
    text = cell.removeprefix(MARK)
    return text if is_formula(text) else cell


def number(value: Decimal) -> str:
    """Digits without superfluous zeros or exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take it for a formula, after spaces, quotes and the unseen."""
    return text[:1] in _BREAKS or _first_sign(text) in FORMULA


def _first_sign(text: str) -> str:
    for char in text:
        for sign in unicodedata.normalize("NFKC", char):
            if not (sign.isspace() or sign in _QUOTES or unicodedata.category(sign) == "Cf"):
                return sign
    return ""
