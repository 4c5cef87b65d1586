"""The text of ``--help``, in lines that fit."""

from __future__ import annotations

from collections.abc import Iterable

import click

_SECOND = "\0"
"""Stands behind a character for the second column that it takes."""


class Help(click.HelpFormatter):
    """click counts characters, of which a Korean one takes two columns."""

    def write_text(self, text: str) -> None:
        super().write_text(_by_columns(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        told = [(term, _by_columns(purpose)) for term, purpose in rows]
        super().write_dl(told, col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(_SECOND, "")


def _by_columns(text: str) -> str:
    if text.isascii():
        return text
    from unicodedata import east_asian_width

    return "".join(char + _SECOND * (east_asian_width(char) in "WF") for char in text)
