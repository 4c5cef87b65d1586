"""Files by another name than the one that is asked for: an editor or a person wrote it otherwise.

Notepad adds ``.txt``, also in place of ``.md``, and the file manager hides it.
"""

from __future__ import annotations


def is_misnamed(other: str, path: str) -> bool:
    """Whether two paths differ by nothing but case, by what Notepad makes of the end of a name, or
    by a dot in front of it.
    """
    return other != path and _bare(other) == _bare(path)


def _bare(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    name = name.lower().removesuffix(".txt").removesuffix(".md")
    return folder + slash + name.removeprefix(".")
