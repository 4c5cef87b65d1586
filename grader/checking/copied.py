"""Which files of the build context a Dockerfile copies, and where to in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from grader.checking.dockerfile import Dockerfile, Instruction

_UNCERTAIN = frozenset("$*?[\\")
"""What stands for something else: a variable, a pattern."""


def copied(dockerfile: Dockerfile) -> tuple[tuple[str, str], ...]:
    """Pairs of a path in the final image and the path in the context that is copied there.

    What only the build itself could tell is left out: variables, patterns, other stages, and
    what stands under no absolute path.
    """
    workdir = ""
    found: dict[str, str] = {}
    for instruction in dockerfile.final:
        if instruction.name == "WORKDIR" and instruction.args:
            workdir = posixpath.join(workdir, instruction.args[0])
        elif instruction.name == "COPY" and not _from_elsewhere(instruction):
            found.update(_pairs(instruction, workdir))
    return tuple(found.items())


def _from_elsewhere(instruction: Instruction) -> bool:
    return bool(instruction.heredocs) or any(f.startswith("--from") for f in instruction.flags)


def _pairs(instruction: Instruction, workdir: str) -> Iterator[tuple[str, str]]:
    *sources, target = instruction.args or ("",)
    place = posixpath.join(workdir, target)
    into_folder = target.endswith(("/", ".")) or len(sources) > 1
    for source in sources:
        path = posixpath.normpath(source.lstrip("/") or ".")
        if _UNCERTAIN & {*source, *place} or not place.startswith("/") or path.startswith(".."):
            continue
        is_file = "." in posixpath.basename(path) and path != posixpath.curdir
        name = posixpath.basename(path) if into_folder and is_file else ""
        inside = posixpath.normpath(posixpath.join(place, name))
        if inside != "/":
            yield inside, path
