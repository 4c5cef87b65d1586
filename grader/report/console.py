"""The console that commands print to on standard output."""

from __future__ import annotations

from rich.console import Console


class Output(Console):
    """Standard output."""

    def __init__(self, *, no_color: bool, soft_wrap: bool = False) -> None:
        super().__init__(no_color=no_color or None, highlight=False, soft_wrap=soft_wrap)
