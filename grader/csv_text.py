"""The text of CSV files as spreadsheets and learning platforms save them."""

from __future__ import annotations

import re

from grader.messages import msg

SUFFIXES = (".csv", ".tsv", ".txt")
"""Of their names: "Unicode text" of Excel ends in the last."""
ENCODINGS = ("utf-8-sig", "cp949")
"""Tried in this order for a file that has no UTF-16 mark: Excel in Korea writes CP949."""
DELIMITERS = ",;\t"
NOT_TEXT = msg("is neither UTF-8 nor CP949; save it as “CSV UTF-8”")
"""What is wrong with a file that `decoded` refuses."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> str:
    """The text.

    Raises:
        UnicodeDecodeError: it is neither UTF-8 nor CP949; ``start`` says from where on.
    """
    if data.startswith(_UTF_16):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        at = data.index(b"\0")
        raise UnicodeDecodeError(ENCODINGS[0], data, at, at + 1, "NUL")
    for encoding in ENCODINGS[:-1]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(ENCODINGS[-1])


def delimiter(text: str) -> str:
    """The delimiter that the first line with text has most of, outside quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    if is_declaration([line]) and line[4:5] in DELIMITERS:
        return line[4:5] or ","
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


def is_declaration(row: list[str]) -> bool:
    """Whether it is Excel's ``sep=,``, which stands above the header."""
    return 0 < len(row) <= 2 and row[0].lower().startswith("sep=")
