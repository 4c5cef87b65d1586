"""Ids of containers and images, found by how they begin, as the docker command takes them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

_SHORT = re.compile(r"[0-9a-f]{4,64}")


class Ids:
    """Many ids, with or without ``sha256:``, in which one is found without trying all."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = sorted({id_.removeprefix("sha256:") for id_ in ids})

    def beginning(self, digits: str) -> str | None:
        """One that begins with these digits, without ``sha256:``."""
        place = bisect_left(self._ids, digits)
        found = self._ids[place] if place < len(self._ids) else ""
        return found if found.startswith(digits) else None

    def begun_by(self, told: str) -> bool:
        """Whether one begins with ``told``, as a command may be given it.

        With ``sha256:`` it does not count: so a build calls the image of a step.
        """
        return _SHORT.fullmatch(told) is not None and self.beginning(told) is not None
