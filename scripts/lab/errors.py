"""The expected failures of the lab environment, and the one way to speak to the person."""

import sys


class LabUnavailableError(Exception):
    """No engine, or no registry, can be had here. The text says why and what to do next."""


def say(text: str) -> None:
    """Tell the person what is going on, on standard error: standard output is the command's."""
    print(f"lab: {text}", file=sys.stderr, flush=True)
