"""Answers: the sections of a Markdown file, by the question's id in their heading.

Only blocks are parsed, so what stands in a section is kept as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from grader.invisible import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_CHARS = 100_000
"""What is read of a file of answers, in characters."""

MAX_SECTION_CHARS = 20_000
"""What is read of one answer, in characters."""

_NUMBER = r"(?:q?\d{1,3}[.):]\s*)?"
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
_BOLD_LINE = re.compile(r"^[^\w\n]*(?:\*\*|__)(\w[^*\n]*?)(?:\*\*|__)[^\w\n]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the ``level`` 1 to 6, and the text below it up to the next such heading."""

    level: int
    title: str
    text: str


def answer_to(question: str, text: str) -> str | None:
    """The answer below the heading of ``question``; None when there is no such heading.

    The heading is the id, in any case, with spaces for hyphens if one likes; or begins with it, or
    else holds it. Of several, the last that is not empty counts. Where there is none, ``##id``
    without a space, a heading made by underlining, and a bold line are understood; and where there
    is none either, one within a block of code, which somebody forgot to close.
    """
    for found in _readings(question, visible(text)):
        if found:
            return next((section.text for section in reversed(found) if section.text), "")
    return None


def _readings(question: str, text: str) -> Iterator[list[Section]]:
    """The sections about a question, read as Markdown, and then as a beginner may have meant it."""
    yield _about(question, sections(text))
    meant = _with_headings(question, text)
    yield _about(question, sections(meant, underlined=True))
    fenced = sections(_FENCE.sub("", meant))
    # One hash begins a comment in most languages.
    yield _about(question, [section for section in fenced if section.level > 1])


def beside(question: str, text: str) -> str:
    """What stands in the very heading of ``question``, behind a colon; empty without."""
    line = line_of(question, text)
    heading = visible(text).split("\n")[line - 1] if line else ""
    return heading.partition(":")[2].strip() or heading.partition("：")[2].strip()


def line_of(question: str, text: str) -> int | None:
    """The line of the heading of ``question``, counted from 1; of several, the last."""
    titled = (
        (number, line.strip("#*_`~ \t"))
        for number, line in enumerate(visible(text[:MAX_CHARS]).split("\n"), 1)
        if line.startswith("#")
    )
    found = [number for number, title in titled if _about(question, [Section(1, title, "")])]
    return found[-1] if found else None


def is_label(question: str, text: str) -> bool:
    """Whether a line begins with the id as a heading does."""
    mark = r"(?:<\w+>|[^\w\n])"
    label = rf"{mark}{{0,9}}{_NUMBER}{mark}{{0,9}}{re.escape(question)}(?![\w-])\s*(?:$|[^\w\s,.(])"
    begins = re.compile(label, re.IGNORECASE)
    lines = without_comments(visible(text[:MAX_CHARS])).split("\n")
    return any(begins.match(line) for line in lines)


def in_comment(question: str, text: str) -> bool:
    """Whether an HTML comment is all that stands below the heading of ``question``."""
    opened = answer_to(question, text.replace("<!--", "").replace("-->", ""))
    return bool(opened) and answer_to(question, text) == ""


def _about(question: str, among: Sequence[Section]) -> list[Section]:
    plain = _plain(question)
    exact = [section for section in among if _plain(section.title) == plain]
    if exact:
        return exact
    begins = re.compile(rf"{_NUMBER}\W*{re.escape(question)}(?:[\s:：.,—–(]|$)", re.IGNORECASE)
    begun = [section for section in among if begins.match(section.title)]
    if begun:
        return begun
    holds = re.compile(rf"(?<![a-z0-9_-]){re.escape(plain)}(?![a-z0-9_-])")
    return [section for section in among if holds.search(_folded(section.title))]


def _with_headings(question: str, text: str) -> str:
    """The text with hashes before what a learner may have meant as headings."""
    hashes = rf"^[\u00a0\u3000]*(#{{1,6}})[\u00a0\u3000]*(?=[^\w\n]{{0,9}}{re.escape(question)})"
    spaced = re.sub(hashes, r"\1 ", text[:MAX_CHARS], flags=re.IGNORECASE | re.MULTILINE)
    return _BOLD_LINE.sub(r"## \1", spaced)


@lru_cache(maxsize=16)
def sections(text: str, *, underlined: bool = False) -> tuple[Section, ...]:
    """Every heading of a Markdown text with the text below it, without HTML comments.

    ``underlined`` lets a row of ``-`` or ``=`` make the lines above it a heading, as Markdown has
    it. Most who write such a row mean a line between two answers.
    """
    blocks = list(_blocks(without_comments(text[:MAX_CHARS]), underlined))
    return tuple(
        Section(level, title.strip("#*_`~ \t"), _until_next(blocks, start, level))
        for start, (level, title) in enumerate(blocks, 1)
        if level
    )


def _until_next(blocks: Sequence[tuple[int, str]], start: int, level: int) -> str:
    below: list[str] = []
    size = 0
    for index in range(start, len(blocks)):
        other, words = blocks[index]
        if (other and other <= level) or size > MAX_SECTION_CHARS:
            break
        below.append(words)
        size += len(words)
    return "\n\n".join(below)[:MAX_SECTION_CHARS].strip()


def _blocks(text: str, underlined: bool) -> Iterator[tuple[int, str]]:
    """The text of each block in order, with its heading level; 0 when it is not a heading."""
    level = 0
    for token in _parser(underlined).parse(text):
        if token.type == "heading_open" and token.level == 0:
            level = int(token.tag[1:])
        elif token.type in {"inline", "fence", "code_block"}:
            yield level, token.content
            level = 0


def without_comments(text: str) -> str:
    """The text without its HTML comments; one that is not closed is left as it is."""
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + 3
    return "".join([*kept, text[position:]])


@lru_cache(maxsize=1024)
def _plain(title: str) -> str:
    words = re.sub(rf"^{_NUMBER}", "", _folded(title)).strip("`*_ :：?.")
    return re.sub(r"[\s_-]+", "-", words)


def _folded(title: str) -> str:
    return unicodedata.normalize("NFKC", title).translate(_DASHES).casefold()


@cache
def _parser(underlined: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.disable(["inline", "text_join", "reference", "html_block", "blockquote"])
    return parser if underlined else parser.disable("lheading")
