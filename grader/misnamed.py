"""Files by another name than the one that is asked for: an editor or a person wrote it otherwise.

Notepad adds ``.txt``, and the file manager hides it.
"""

from __future__ import annotations


def is_misnamed(other: str, path: str) -> bool:
    """Whether two paths differ by nothing but case, ``.txt`` behind or a dot in front of a name."""
    return other != path and _bare(other) == _bare(path)


def _bare(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return folder + slash + name.lower().removesuffix(".txt").removeprefix(".")
