"""What a fuzz target is.

A target is a module of `tests.fuzz.targets`. Its docstring says what holds for every input; its
``check(data, folder)`` raises when that does not hold, and may write into ``folder`` alone, which
is new or as the last input left it; ``SEEDS`` are inputs to begin with. What once broke a target is
kept in ``crashers/TARGET/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


class Target(Protocol):
    """A module that is a target."""

    __doc__: str
    SEEDS: Sequence[bytes]

    def check(self, data: bytes, folder: Path) -> None:
        """Raise unless what the target promises holds for ``data``."""


def names() -> list[str]:
    """The targets there are."""
    return sorted(path.stem for path in (HERE / "targets").glob("*.py"))


def target(name: str) -> Target:
    """The target of this name."""
    return cast("Target", import_module(f"tests.fuzz.targets.{name}"))


def inputs(name: str) -> Iterator[bytes]:
    """A target's seeds, and what once broke it."""
    yield from target(name).SEEDS
    for path in sorted((HERE / "crashers" / name).glob("*")):
        yield path.read_bytes()


def files(*patterns: str) -> list[bytes]:
    """What the project's own files hold, each content once."""
    found = (path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern)))
    return list(dict.fromkeys(found))
