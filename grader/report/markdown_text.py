"""Texts that others wrote, as Markdown that can become nothing but text.

Escaping is not enough: GitHub also turns `@name`, `#1`, `GH-1`, addresses, `:smile:` and `$x$` into
something else, after it has taken the escapes away. So words that are only letters or a number stay
as they are, and all else is a code span, in which nothing has a meaning.
"""

from __future__ import annotations

import re

from grader.report.plain import one_line
from grader.report.reading import pieces

_HANGUL = "[가-힣]{1,5}"
_END = re.compile(
    rf"(?:(?<![가-힣]){_HANGUL}(?:\({_HANGUL}\))?[.,;:!?…]*|(?<![.,;:!?…])[.,;:!?…]+)\Z"
)
"""What may follow a word that is code: Korean particles, such as 을(를), and punctuation."""
_PLAIN = re.compile(
    r"(?!\W*[0-9a-f]{7,40}\W*\Z)"  # it could be a commit
    r"[(“‘\"']*(?:[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*%?)[)”’\"'.,;:!?…]*"
    rf"|{_HANGUL}\({_HANGUL}\)[.,;:!?…]*"
    r"|[)”’.,;:!?…]+"
    r"|[–—→≥≤·]"
)


def inline(text: str) -> str:
    """A text, in which `code` stays code, within a line of Markdown that something precedes."""
    made = ""
    for is_code, piece in pieces(one_line(text)):
        for part in [code(piece)] if is_code else _prose(piece):
            apart = made.endswith("`") and part.startswith("`")  # they would become one
            made += f" {part}" if apart else part
    return made


def cell(text: str) -> str:
    """`inline`, for a cell of a table: even in code, a bar would end it."""
    return inline(text.replace("|", "¦"))


def code(text: str) -> str:
    """A text as a code span, whatever it holds."""
    text = one_line(text)
    if not text:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


def _prose(text: str) -> list[str]:
    """The words of a text and the blanks between them; what follows each other as code is one."""
    parts: list[str] = []
    strange: list[str] = []
    for word in re.split("( )", text):
        if word == " " and strange:
            strange.append(word)
        elif not word or word == " " or _PLAIN.fullmatch(word):
            parts += [*_together(strange), word]
            strange = []
        elif _END.search(word):
            parts += _together([*strange, word])
            strange = []
        else:
            strange.append(word)
    return [*parts, *_together(strange)]


def _together(words: list[str]) -> list[str]:
    """Words that are code, as one span; the punctuation and the blank after them stay outside."""
    text = "".join(words)
    whole = text.rstrip()
    body = _END.sub("", whole) or whole
    return [part for part in (code(body), whole[len(body) :], text[len(whole) :]) if part]
