"""The console that commands print to on standard output."""

from __future__ import annotations

from rich.console import Console


class Output(Console):
    """Standard output. When its reader goes away (``grade-lab | head``), the command goes on:
    what it found, its exit code tells all the same.
    """

    def __init__(self, *, no_color: bool, soft_wrap: bool = False) -> None:
        super().__init__(no_color=no_color or None, highlight=False, soft_wrap=soft_wrap)

    def on_broken_pipe(self) -> None:
        self.quiet = True
