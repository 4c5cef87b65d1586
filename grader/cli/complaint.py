"""What goes wrong, told on standard error."""

from __future__ import annotations

from collections.abc import Iterable

import click


def complain(lines: Iterable[str]) -> None:
    """Print lines free of control characters, and of commands to a CI runner."""
    from grader.report.ci_log import inert

    shown = ["".join(char if char.isprintable() else "�" for char in line) for line in lines]
    click.echo("\n".join(map(inert, shown)), err=True)
