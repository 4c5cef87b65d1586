"""The result in short, for a terminal or a log; takes a console, so it is no report format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from grader.messages import Translator
from grader.report import reading, words
from grader.report.terminal_text import STYLES, TerminalText
from grader.result import CheckResult, ObjectiveResult, Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

MAX_DEFECTS = 5
BLOCKS = frozenset({*reading.TO_DO, "review"})
"""Statuses about which more is said than a line; what merely waits says nothing more."""

OUTCOME_STYLES = {"passed": "bold green", "not-yet": "bold yellow", "incomplete": "bold yellow"}


def show(result: Result, console: Console, *, paths: Mapping[str, Path] = {}) -> None:
    """Print score, objectives, what to do about each, and where the reports (``paths``) are."""
    _Terminal(result, console).show(paths)


class _Terminal:
    def __init__(self, result: Result, console: Console) -> None:
        self.result = result
        self.console = console
        self.translate = Translator(result.lang).text
        self.texts = TerminalText(console.encoding)

    def show(self, paths: Mapping[str, Path]) -> None:
        self._top()
        self._objectives()
        self._blocks()
        self._journal()
        self._next()
        for path in paths.values():
            self._literal(f"{self._word('report')}: ", str(path), style="bright_black")

    def _top(self) -> None:
        result, outcome = self.result, reading.outcome(self.result)
        learner = result.learner.name or result.learner.id
        self._line(result.rubric.title, style="bold")
        if learner:
            self._line(learner, style="bright_black")
        self.console.print()
        score = f"{reading.points(result.score)}/{reading.points(result.max_score)}"
        headline = self.translate(words.headline(outcome))
        self._line(f"{headline}: {score}", style=OUTCOME_STYLES[outcome])
        self._line(self.translate(reading.meaning(result)))
        self.console.print()

    def _objectives(self) -> None:
        table = self._grid(expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(no_wrap=True, justify="right")
        for objective in self.result.objectives:
            table.add_row(
                self._status(objective.status),
                self.texts.text(objective.title),
                self.texts.text(
                    f"{reading.points(objective.score)}/{reading.points(objective.max_score)}"
                ),
            )
        self.console.print(table)

    def _blocks(self) -> None:
        causes: set[tuple[str, ...]] = set()
        for objective in self.result.objectives:
            check = _worth_telling(objective)
            if check is None:
                continue
            cause: tuple[str, ...] = (check.message,)
            if check.status != "error":
                cause = (check.message, check.expected, check.actual, check.hint)
            if cause not in causes:  # one is told once, however much it touches
                causes.add(cause)
                self._block(objective, check)

    def _block(self, objective: ObjectiveResult, check: CheckResult) -> None:
        self.console.print()
        sign = f"{self.texts.signs[objective.status]} {objective.title}"
        self._line(sign, style=f"bold {STYLES[objective.status]}")
        self._line(check.message)
        table = self._grid()
        table.add_column(no_wrap=True, style="bright_black")
        table.add_column(overflow="fold")
        for key in ("expected", "actual", "hint"):
            if getattr(check, key):
                table.add_row(
                    self.texts.text(self._word(key)), self.texts.text(getattr(check, key))
                )
        if table.row_count:
            self.console.print(table)

    def _journal(self) -> None:
        defects = self.result.journal.defects
        if not defects:
            return
        self.console.print()
        self._line(self._word("journal-broken"), style="yellow")
        for defect in defects[:MAX_DEFECTS]:
            self._line(self._word("journal-line", line=defect.line, message=defect.message))

    def _next(self) -> None:
        self.console.print()
        objective = reading.next_objective(self.result)
        if objective is None:
            self._line(self._word("done"), style="bold")
        else:
            self._line(f"{self._word('next')}: {objective.title}", style="bold")
            self._how(reading.trouble(objective))
        if waiting := reading.in_review(self.result):
            self._line(self._word("to-review", count=waiting))
        self.console.print()

    def _how(self, check: CheckResult | None) -> None:
        hint = check.hint if check else ""
        commands = reading.commands(hint)
        if check and commands != [hint]:  # a command alone may be half of it
            self._line(hint or check.message)
        for command in commands:
            self._literal("    ", command)
        if not reading.grades_again(hint):
            self._line(self._word("then-again"))

    def _word(self, key: str, **values: object) -> str:
        return self.translate(words.fill(words.TEXTS[key], **values))

    def _status(self, status: str) -> Text:
        word = self.translate(words.STATUS[status])
        return self.texts.text(f"{self.texts.signs[status]} {word}", style=STYLES[status])

    def _line(self, text: str, *, style: str = "") -> None:
        self.console.print(self.texts.text(text, style=style), overflow="fold")

    def _literal(self, before: str, text: str, *, style: str = "") -> None:
        """Something to copy: whole, and broken over lines by nothing but the terminal."""
        from rich.text import Text

        self.console.print(Text(before + self.texts.safe(text), style=style), soft_wrap=True)

    def _grid(self, *, expand: bool = False) -> Table:
        from rich.table import Table

        return Table.grid(padding=(0, 2, 0, 0), expand=expand)


def _worth_telling(objective: ObjectiveResult) -> CheckResult | None:
    if objective.status not in BLOCKS or objective.override:
        return None
    return next((check for check in objective.checks if check.status in BLOCKS), None)
