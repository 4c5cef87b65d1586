"""The live checklist as lines for a terminal of a given size: pure layout."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from grader.messages import Translator, msg
from grader.report import reading, words
from grader.report.checklist import TO_DO, Alert, Checklist, Row, Step
from grader.report.plain import plain
from grader.report.terminal_text import STYLES, TerminalText

WORDY_WIDTH = 72
"""From this width on, statuses are told in words beside their signs."""
MAX_ALERTS = 3
MAX_QUOTED = 6
"""Of the lines that an alert quotes, the last ones tell most."""

QUIET = "bright_black"
LOUD = "bold red"
CODE = "bold cyan"
CONTINUED = "`" if os.name == "nt" else "\\"
"""What a shell wants at the end of a line when its command goes on."""

WHOLE, BRIEF, BRIEFEST = range(3)
"""How much is told about alerts and the next step."""

LAYOUTS = (
    (True, WHOLE, sys.maxsize),
    (False, WHOLE, sys.maxsize),
    (True, WHOLE, 8),
    (False, WHOLE, 4),
    (False, BRIEF, 4),
    (False, BRIEFEST, 0),
)
"""Whether blank lines set the parts apart, how much is told, and of how many objectives there must
be room for the list (all, if there are fewer): the first that fits is taken."""


def picture(checklist: Checklist, console: Console, fresh: Collection[str] = ()) -> list[Text]:
    """The lines to show: none wider than ``console``, and fewer than it is high.

    ``fresh`` are the ids of objectives to point out.
    """
    return _Picture(checklist, console, fresh).lines()


class _Picture:
    def __init__(self, checklist: Checklist, console: Console, fresh: Collection[str]) -> None:
        self.list = checklist
        self.next = checklist.next or Step("")
        self.console = console
        self.width = console.width
        self.texts = TerminalText(console.encoding)
        self.signs = self.texts.signs
        self.translate = Translator(checklist.lang).text
        self.fresh = fresh
        self.words = max((self._size(row.word) for row in checklist.rows), default=0)

    def lines(self) -> list[Text]:
        height = max(self.console.height - 1, 1)  # the last line is the cursor's
        for spaced, brevity, wanted in LAYOUTS:
            space = [Text()] if spaced else []
            head = [self._title(), *([self._bar()] if spaced else []), *space]
            below = [line for part in self._below(brevity) for line in (*space, *part)]
            foot = [*space, *self._notice()]
            room = height - len(head) - len(below) - len(foot)
            if room >= min(wanted, len(self.list.rows)):
                break
        return [*[*head, *self._rows(room), *below][: max(height - len(foot), 1)], *foot][:height]

    # The top and the bottom

    def _title(self) -> Text:
        score = f"{self.list.score}/{self.list.max_score}"
        return self._ended_by(
            Text(self.texts.short(self.list.title), "bold"),
            Text(self.texts.short(score), "bold green" if self.list.passed else "bold"),
        )

    def _bar(self) -> Text:
        share = float(self.list.score) / (float(self.list.max_score) or 1)
        done = round(min(max(share, 0), 1) * self.width)
        colours = self.console.color_system and not self.console.no_color
        filled, rest = self.signs["bar"], self.signs["bar"] if colours else " "
        return Text.assemble((filled * done, "green"), (rest * (self.width - done), QUIET))

    def _notice(self) -> list[Text]:
        sign, style = ("on", "green") if self.list.recording else ("off", "bold yellow")
        notice = Text(self.texts.short(self.list.notice), "" if sign == "off" else QUIET)
        return self._under(Text(f"{self.signs[sign]} ", style), notice)[:2]

    # The list

    def _rows(self, room: int) -> list[Text]:
        """All rows; or as many as there is room for around the next one, and how many are not."""
        rows = [self._row(row) for row in self.list.rows]
        if len(rows) <= room:
            return rows
        size = max(room - 1, 1)
        here = next((i for i, row in enumerate(self.list.rows) if row.id == self.next.id), 0)
        start = min(max(here - size // 2, 0), len(rows) - size)
        more = self.translate(msg("{count} more", count=len(rows) - size))
        left_out = self.texts.text(f"{self.signs['cut']} {more}", style=QUIET)
        return [*rows[start : start + size], self._ended_by(left_out, Text())][: max(room, 0)]

    def _row(self, row: Row) -> Text:
        is_next = row.id == self.next.id
        sign, style = row.status, STYLES.get(row.status, "")
        if row.status in TO_DO and not row.wrong:
            sign, style = ("next", CODE) if is_next else ("to-do", QUIET)
        fresh = row.id in self.fresh and style != QUIET
        title = f"bold {style}" if fresh else "bold" if is_next else ""
        told = f"{self.signs[sign]} "
        if self.width >= WORDY_WIDTH:
            told = set_cell_size(f"{told}{self.texts.short(row.word)}", self.words + 4)
        return self._ended_by(
            Text.assemble(
                (told, style),
                (self.texts.short(row.title), QUIET if row.status == "skip" else title),
            ),
            Text(self.texts.short(f"{row.score}/{row.max_score}"), style=QUIET),
        )

    # What there is to do

    def _below(self, brevity: int) -> Iterator[Iterable[Text]]:
        for alert in self.list.alerts[: 1 if brevity is BRIEFEST else MAX_ALERTS]:
            yield self._alert(alert, brevity)
        yield self._step(brevity)

    def _alert(self, alert: Alert, brevity: int) -> Iterator[Text]:
        sign = Text(f"{self.signs['fail']} ", LOUD)
        yield from self._titled(sign, self.texts.text(alert.title, style=LOUD), brevity)
        yield from self._under(Text("  "), self._with_code(alert.message))
        if brevity is WHOLE:
            for line in plain(alert.actual).splitlines()[-MAX_QUOTED:]:
                quote = Text.assemble((f"  {self.signs['quote']} ", LOUD), self.texts.short(line))
                yield self._ended_by(quote, Text())
            if alert.id != self.next.id:
                yield from self._under(Text("  "), self._with_code(alert.hint))

    def _step(self, brevity: int) -> Iterator[Text]:
        if self.list.next is None:
            yield self._ended_by(
                self.texts.text(self.translate(words.TEXTS["done"]), style="bold green"), Text()
            )
            return
        label = self.texts.text(self.translate(words.TEXTS["next"]), style=CODE).append(": ")
        yield from self._titled(label, self.texts.text(self.next.title, style="bold"), brevity)
        told = any(alert.id == self.next.id for alert in self.list.alerts)
        if brevity is WHOLE and not told:
            yield from self._under(Text("  "), self._with_code(self.next.message))
        says_more = (self.next.hint,) != self.next.commands
        if says_more and (brevity is WHOLE or (brevity is BRIEF and not self.next.commands)):
            yield from self._under(Text("  "), self._with_code(self.next.hint))
        for command in self.next.commands:
            yield from self._command(command)

    def _with_code(self, text: str) -> Text:
        return Text.assemble(
            *((part, CODE if code else "") for code, part in reading.pieces(self.texts.short(text)))
        )

    def _command(self, command: str) -> Iterator[Text]:
        """A command to copy, whole; over several lines as a shell takes it."""
        text = Text(self.texts.safe(command), CODE)
        lines = text.wrap(self.console, max(self.width - 6, 1), overflow="fold")
        for line in lines:
            line.rstrip()
            yield Text.assemble("    ", line, ("" if line is lines[-1] else f" {CONTINUED}", QUIET))

    # Lines of the right width

    def _titled(self, first: Text, title: Text, brevity: int) -> list[Text]:
        if brevity is BRIEFEST:
            return [self._ended_by(Text.assemble(first, title), Text())]
        return self._under(first, title)

    def _under(self, first: Text, text: Text) -> list[Text]:
        """``first`` and ``text``, and what does not fit in lines below, indented by two."""
        whole = Text.assemble(first, text) if text else Text()
        lines = whole.wrap(self.console, max(self.width - 2, 2), overflow="fold")
        for line in lines:
            line.rstrip()
        return [Text.assemble("" if i == 0 else "  ", line) for i, line in enumerate(lines) if line]

    def _ended_by(self, text: Text, end: Text) -> Text:
        """``text``, cut where it must be, and ``end`` at the right margin."""
        room = self.width - end.cell_len - (2 if end else 0)
        if text.cell_len > room:
            text.truncate(max(room - 1, 0))
            text.rstrip()
            text.append(self.signs["cut"])
        gap = self.width - text.cell_len - end.cell_len
        return Text.assemble(text, " " * gap if end else "", end)

    def _size(self, text: str) -> int:
        return cell_len(self.texts.short(text))
