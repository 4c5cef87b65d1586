"""Who shows a live checklist: a terminal that redraws it, or a stream of plain lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live

from grader.messages import Translator
from grader.report import words
from grader.report.checklist import TO_DO, Alert, Checklist, Row
from grader.report.live_picture import MAX_QUOTED, picture
from grader.report.plain import plain
from grader.report.terminal_text import TerminalText

FRESH_SECONDS = 4.0
"""How long an objective whose status changed is pointed out."""

QUIET = TO_DO | {"skip"}
"""Statuses among which a change is no news."""


class LiveTerminal:
    """Draws a checklist in place. It draws when there is something new, and never by itself."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._size = console.size
        self._checklist: Checklist | None = None
        self._fresh: dict[str, float] = {}
        self._live = self._new_live()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._fresh.clear()
        self._live.stop()

    def update(self, checklist: Checklist) -> None:
        """Show this one instead of the one before."""
        now = self._clock()
        self._fresh |= {row.id: now + FRESH_SECONDS for row in checklist.rows if row.fresh}
        self._checklist = checklist
        self._draw()

    def tick(self) -> None:
        """To be called some times a second: draws again when the terminal's size changed."""
        now = self._clock()
        lasting = {name: until for name, until in self._fresh.items() if until > now}
        if lasting != self._fresh or self._console.size != self._size:
            self._fresh = lasting
            self._draw()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._checklist:
            yield from picture(self._checklist, console, self._fresh.keys())

    def _draw(self) -> None:
        if self._console.size == self._size:
            self._live.refresh()
        else:
            self._start_over()

    def _start_over(self) -> None:
        """Terminals move and break their lines when their size changes, each in its own way."""
        self._size = self._console.size
        shown, self._checklist = self._checklist, None
        self._live.stop()
        self._console.clear()
        self._checklist = shown
        self._live = self._new_live()
        self._live.start(refresh=True)

    def _new_live(self) -> Live:
        return Live(self, console=self._console, auto_refresh=False, vertical_overflow="crop")


class PlainLines:
    """Writes a line for each change, for streams that are no terminal.

    A stream that is closed at its other end raises BrokenPipeError.
    """

    def __init__(
        self, stream: TextIO, lang: str, clock: Callable[[], datetime] = datetime.now
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._texts = TerminalText(stream.encoding or "utf-8")
        self._next = Translator(lang).text(words.TEXTS["next"])
        self._done = Translator(lang).text(words.TEXTS["done"])
        self._before: Checklist | None = None

    def update(self, checklist: Checklist) -> None:
        """Write what differs from the one before."""
        lines = [*self._changes(checklist)]
        self._before = checklist
        if lines:
            time_ = f"{self._clock():%H:%M:%S}"
            blank = " " * len(time_)
            for starts, line in lines:
                self._stream.write(f"{time_ if starts else blank} {self._texts.safe(line)}\n")
            self._stream.flush()

    def tick(self) -> None:
        """Nothing changes by itself."""

    def _changes(self, now: Checklist) -> Iterable[tuple[bool, str]]:
        """Lines to write, and whether each starts something new or belongs to the one before."""
        before = self._before
        signs = self._texts.signs
        yield from self._rows(now.rows, before.rows if before else ())
        if before is None or before.score != now.score:
            yield True, f"{now.title}: {now.score}/{now.max_score}"
        known = before.alerts if before else ()
        alerts = [alert for alert in now.alerts if alert not in known]
        for alert in alerts:
            told = any((old.id, old.message) == (alert.id, alert.message) for old in known)
            yield from self._quotes(alert) if told else self._alert(alert)
        if before is None or _to_do(before) != _to_do(now):
            title = now.next.title if now.next else self._done
            yield True, f"{signs['next']} {self._next}: {title}" if now.next else title
            if now.next and now.next.hint and now.next.id not in {a.id for a in alerts}:
                yield False, now.next.hint
        if now.notice and (before is None or before.notice != now.notice):
            yield True, f"{signs['on' if now.recording else 'off']} {now.notice}"

    def _rows(self, rows: Iterable[Row], before: Iterable[Row]) -> Iterable[tuple[bool, str]]:
        known = {row.id: _news(row) for row in before}
        for row in rows:
            news = _news(row)
            if news != known.get(row.id, "to-do"):
                score = f"{row.score}/{row.max_score}"
                yield True, f"{self._texts.signs[news]} {row.title}: {row.word} ({score})"

    def _alert(self, alert: Alert) -> Iterable[tuple[bool, str]]:
        yield True, f"{self._texts.signs['fail']} {alert.title}: {alert.message}"
        yield from self._quotes(alert)
        if alert.hint:
            yield False, alert.hint

    def _quotes(self, alert: Alert) -> Iterable[tuple[bool, str]]:
        for line in plain(alert.actual).splitlines()[-MAX_QUOTED:]:
            yield False, f"{self._texts.signs['quote']} {line}"


def _to_do(checklist: Checklist) -> tuple[str, str]:
    return (checklist.next.id, checklist.next.hint) if checklist.next else ("", "")


def _news(row: Row) -> str:
    """What a change is a change of: among what is not done yet, there is none."""
    return "to-do" if row.status in QUIET and not row.wrong else row.status
