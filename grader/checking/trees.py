"""Files by relative path and hash, of the submission and of an image, and how they compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

Files = Mapping[str, str]
"""SHA-256 by relative path; a path that is a file itself has one entry, its own name."""


class Content(NamedTuple):
    """The files below a path, and whether they are all."""

    files: Files
    complete: bool


def below(files: Files, path: str) -> dict[str, str]:
    """The files at and below ``path``, by the rest of their paths."""
    if path in {"", "."}:
        return dict(files)
    start = f"{path}/"
    found = {name.removeprefix(start): files[name] for name in files if name.startswith(start)}
    if path in files:
        found[PurePosixPath(path).name] = files[path]
    return found


@lru_cache(maxsize=256)
def place_in(roots: tuple[str, ...], path: str) -> tuple[str, str] | None:
    """The one of ``roots`` at or below which ``path`` lies, and the path from there."""
    for root in roots:
        if PurePosixPath(path).is_relative_to(root):
            return root, str(PurePosixPath(path).relative_to(root))
    return None


def named_alike(files: Files, path: str, other: Files, other_path: str) -> Files:
    """``files``, and where both paths are files, that one by the other's name."""
    if len(files) != 1 or len(other) != 1:
        return files
    name, other_name = PurePosixPath(path).name, PurePosixPath(other_path).name
    if list(files) == [name] and list(other) == [other_name]:
        return {other_name: files[name]}
    return files


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
