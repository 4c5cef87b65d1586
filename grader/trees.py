"""Files by relative path and hash, of the submission and of an image, and how they compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Files = Mapping[str, str]
"""SHA-256 by relative path; ``.`` for a path that is a file itself."""


def below(files: Files, path: str) -> dict[str, str]:
    """The files at and below ``path``, by the rest of their paths."""
    if path in {"", "."}:
        return dict(files)
    start = f"{path}/"
    found = {name.removeprefix(start): files[name] for name in files if name.startswith(start)}
    if path in files:
        found["."] = files[path]
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many paths two trees share, and at which of them the files differ."""

    common: int
    different: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether they share files, and all that they share are the same."""
        return self.common > 0 and not self.different


def compare(one: Files, other: Files) -> Comparison:
    """Compare what both trees have."""
    common = one.keys() & other.keys()
    return Comparison(len(common), tuple(sorted(n for n in common if one[n] != other[n])))
