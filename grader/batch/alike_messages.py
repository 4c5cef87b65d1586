"""Messages that say the same about different things, counted as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_GROUPS = 500
"""Ways of saying that are told apart; those that are seen only later are rare, and left out."""
MAX_WORDS = 60
"""Words of a message that count."""

OWN = re.compile(r"[\d/:@_]")
"""In the words that are a learner's own, such as `minjun/app:1.0`, there is one of these."""
DIFFERENT = "…"


class AlikeMessages:
    """Counts messages. What differs in messages that are alike is left out of them."""

    def __init__(self) -> None:
        self._groups: dict[str, tuple[int, list[str]]] = {}

    def add(self, message: str) -> None:
        """Count one more."""
        words = message.split()[:MAX_WORDS]
        shape = " ".join(DIFFERENT if OWN.search(word) else word for word in words)
        count, common = self._groups.get(shape, (0, words))
        if not count and len(self._groups) >= MAX_GROUPS:
            return
        if common != words:
            pairs = zip(common, words, strict=True)
            common = [one if one == other else DIFFERENT for one, other in pairs]
        self._groups[shape] = (count + 1, common)

    def most_common(self, limit: int) -> Iterator[tuple[str, int]]:
        """The most common ones, each with how often it was said."""
        groups = sorted(self._groups.values(), key=lambda group: (-group[0], group[1]))
        for count, words in groups[:limit]:
            yield " ".join(words), count
