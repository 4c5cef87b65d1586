"""Ids of containers and images, found by how they begin, as the docker command takes them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Ids:
    """Many ids, with or without ``sha256:``, in which one is found without trying all."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = sorted({id_.removeprefix("sha256:") for id_ in ids})

    def beginning(self, digits: str) -> str | None:
        """One that begins with these digits, without ``sha256:``."""
        place = bisect_left(self._ids, digits)
        found = self._ids[place] if place < len(self._ids) else ""
        return found if found.startswith(digits) else None
