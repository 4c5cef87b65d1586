"""What is in a folder."""

from __future__ import annotations

import os
from pathlib import Path


def tree(folder: Path) -> dict[str, bytes]:
    """All that is in a folder, by path: files' content, links' target, folders."""
    return {
        str(path.relative_to(folder)): os.fsencode(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else b"folder"
        for path in folder.rglob("*")
    }
