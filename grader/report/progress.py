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
