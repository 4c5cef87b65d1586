"""The progress display while evidence is collected; on standard error, only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grader.facts import Fact
from grader.messages import Translator, msg
from grader.needs import Need


@contextmanager
def progress(total: int, lang: str, *, no_color: bool) -> Iterator[Callable[[Need[Fact]], None]]:
    """A bar of ``total`` steps; the value yielded takes each need as it is asked."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True, no_color=no_color or None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(Translator(lang).text(msg("Looking at the lab")), total=total)
        yield lambda _: bar.advance(task)


@contextmanager
def class_progress(lang: str, *, no_color: bool) -> Iterator[Callable[[int, int, int], None]]:
    """A bar with rate and remaining time; takes how many are done, of how many, and in error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    text = Translator(lang).text

    class Rate(ProgressColumn):
        """Submissions in a second."""

        def render(self, task: Task) -> Text:
            rate = f"{task.speed:.0f}" if task.speed else "…"
            return Text(text(msg("{rate} a second", rate=rate)))

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[errors]}"),
    )
    console = Console(stderr=True, no_color=no_color or None)
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(text(msg("Judging")), total=None, errors="")

        def advance(done: int, total: int, errors: int) -> None:
            told = text(msg("in error: {count}", count=errors)) if errors else ""
            bar.update(task, completed=done, total=total, errors=told)

        yield advance
