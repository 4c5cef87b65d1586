"""A mistake in a file, told with the line that it is in and a mark under the part that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rich.cells import cell_len
from rich.text import Text

from grader.errors import Problem, Snippet
from grader.messages import Translator, msg
from grader.report.plain import plain
from grader.report.terminal_text import TerminalText

BEFORE, AFTER = 60, 60
"""How many characters around a mistake are shown of a long line."""

Level = Literal["error", "warning"]
_STYLES = {"error": "bold red", "warning": "bold yellow"}
_LEVELS = {"error": msg("error"), "warning": msg("warning")}


def explained(problem: Problem, level: Level, lang: str, encoding: str) -> Iterator[Text]:
    """The lines that explain one mistake, for a terminal."""
    text, terminal = Translator(lang).text, TerminalText(encoding)
    style = _STYLES[level]
    code = f"[{problem.code}]" if problem.code else ""
    head = Text(f"{text(_LEVELS[level])}{code}", style=style)
    yield head.append(f": {terminal.safe(text(problem.message))}", style="bold")
    gutter = " " * (len(str(problem.snippet.line)) if problem.snippet else 1)
    yield Text(f"{gutter}--> ", style="blue").append(terminal.safe(problem.where), style="default")
    if problem.snippet is not None:
        yield Text(f"{gutter} |", style="blue")
        before, marked, after = _parts(problem.snippet, encoding)
        line = Text(f"{problem.snippet.line} | ", style="blue")
        yield line.append(f"{before}{marked}{after}", style="default")
        mark = Text(f"{gutter} | ", style="blue").append(" " * cell_len(before))
        yield mark.append("^" * max(1, cell_len(marked)), style=style)
    if problem.help is not None:
        if problem.snippet is not None:
            yield Text(f"{gutter} |", style="blue")
        line = Text(f"{gutter} = ", style="blue").append(text(msg("help")), style="bold cyan")
        yield line.append(f": {terminal.safe(text(problem.help))}", style="default")
    yield Text()


def _parts(snippet: Snippet, encoding: str) -> tuple[str, str, str]:
    """What stands before, in and behind the mark, each character of it visible."""
    start = snippet.column - 1
    end = start + snippet.length
    before, marked, after = (
        _visible(part, encoding)
        for part in (snippet.text[:start], snippet.text[start:end], snippet.text[end:])
    )
    cut = TerminalText(encoding).signs["cut"]
    if len(before) > BEFORE:
        before = cut + before[-BEFORE:]
    if len(marked) > BEFORE:
        return before, marked[:BEFORE] + cut, ""
    return before, marked, after if len(after) <= AFTER else after[:AFTER] + cut


def _visible(text: str, encoding: str) -> str:
    shown = "".join(plain(char) if char != "\t" else "␉" for char in text.replace("\x1b", "␛"))
    return shown.encode(encoding, "replace").decode(encoding)
