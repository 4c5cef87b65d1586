"""Practices about using the right instruction in the right form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.checking.dockerfile import Dockerfile
from grader.checking.practices.contract import Finding, sources, unquoted
from grader.messages import msg

_ABSOLUTE = re.compile(r"[/\\$]|[A-Za-z]:")
_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|zst)$|[*?\]]$", re.IGNORECASE)


def workdir_absolute(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Every WORKDIR is an absolute path, which needs no look at the ones before."""
    for instruction in dockerfile.instructions:
        path = unquoted("".join(instruction.args))
        if instruction.name == "WORKDIR" and not _ABSOLUTE.match(path):
            yield Finding(
                instruction.line,
                msg("the WORKDIR {path} is not an absolute path", path=path),
                msg("write `WORKDIR /{path}`", path=path.removeprefix("./")),
            )


def copy_not_add(dockerfile: Dockerfile) -> Iterator[Finding]:
    """ADD is used only for what COPY cannot do: URLs, repositories, archives to be unpacked."""
    for instruction in dockerfile.instructions:
        added = sources(instruction) if instruction.name == "ADD" else []
        if added and not any(map(_only_add_can, added)):
            yield Finding(
                instruction.line,
                msg("ADD is used where COPY does the same"),
                msg("write `COPY` instead of `ADD`"),
            )


def no_deprecated(dockerfile: Dockerfile) -> Iterator[Finding]:
    """Neither MAINTAINER nor ENV without an equals sign."""
    for instruction in dockerfile.instructions:
        if instruction.name == "MAINTAINER":
            yield Finding(
                instruction.line,
                msg("MAINTAINER is deprecated"),
                msg('write `LABEL org.opencontainers.image.authors="…"`'),
            )
        elif instruction.name == "ENV" and instruction.args[2:3] == ("",):
            yield Finding(
                instruction.line,
                msg("ENV without an equals sign is deprecated"),
                msg("write `ENV NAME=value`"),
            )


def _only_add_can(source: str) -> bool:
    return bool(_ARCHIVE.search(source)) or any(mark in source for mark in ("://", "git@", "$"))
