"""Standard streams as commands expect them: there, and never in the way of what is told."""

from __future__ import annotations

import io
import os
import sys


def ready() -> None:
    """Open what was closed from outside (``>&-``): it is None to Python, and all expect a file.

    What standard output cannot encode, such as Korean that is piped on an English Windows, becomes
    ``?``; on standard error, Python sees to that.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")


def write_utf8(text: str) -> None:
    """Write to standard output for programs, which read UTF-8 whatever the system's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stdout.write(text)
