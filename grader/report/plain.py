"""Texts that others wrote, made harmless to look at: in a page, and in a terminal."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor moves
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles and links
    r"|\x1b[@-Z\\^_]"
)
_JOINERS = {"\u200c", "\u200d"}
"""Invisible, but part of words and emoji."""

_CONTROL_PICTURES = 0x2400


def plain(text: str) -> str:
    """``text`` without terminal escapes; other characters that cannot be seen made visible.

    Among these are those that turn the direction of writing, which can make a text look like
    another. Line breaks and tabs stay.
    """
    if text.isprintable():
        return text
    lines = _ANSI.sub("", text).replace("\r\n", "\n")
    return "".join(char if char.isprintable() else _visible(char) for char in lines)


def one_line(text: str) -> str:
    """`plain`, with every run of white space as one blank."""
    return " ".join(plain(text).split())


def as_typed(path: Path | str) -> str:
    """A path as a shell takes it, and harmless to look at."""
    import shlex
    from subprocess import list2cmdline

    return plain(list2cmdline([path]) if sys.platform == "win32" else shlex.quote(str(path)))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, with ``…`` where the end is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shorten_middle(text: str, limit: int) -> str:
    """At most ``limit`` characters: of a reference, both ends tell more than the middle."""
    if len(text) <= limit:
        return text
    tail = limit // 2
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def _visible(char: str) -> str:
    if char in "\n\t" or char in _JOINERS:
        return char
    if unicodedata.category(char) == "Zs":
        return " "
    if ord(char) < 0x20:
        return chr(_CONTROL_PICTURES + ord(char))
    return f"⟨U+{ord(char):04X}⟩"
