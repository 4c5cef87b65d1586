"""Packages of others, as pip would install them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path


def install(site: Path, name: str, files: Mapping[str, str], pyproject: str) -> Path:
    """A package with these files, and the entry points of this pyproject.toml.

    ``site`` is a folder for the import path.
    """
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    for path, text in files.items():
        (site / path).write_text(text, encoding="utf-8")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    groups = tomllib.loads(pyproject)["project"]["entry-points"]
    lines = [
        line
        for group, points in groups.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (info / "entry_points.txt").write_text("".join(f"{line}\n" for line in lines))
    return site
