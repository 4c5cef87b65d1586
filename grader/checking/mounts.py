"""Mounts: the ``-v`` option of ``docker run``, and the mount that it makes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from grader.facts import Mount
from grader.messages import msg

_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_OPTION = re.compile(r"(?:(?P<source>[^:]+):)?(?P<target>/[^:]*)(?::(?P<modes>[a-zA-Z,]+))?")


def _is_option(option: str) -> str:
    if not _OPTION.fullmatch(option):
        raise ValueError(
            msg(
                "'{option}' is not a mount such as data:/var/data, ./src:/app or /data",
                option=option,
            )
        )
    return option


MountOption = Annotated[str, AfterValidator(_is_option)]
"""A mount as ``docker run -v`` takes it: ``volume:/data``, ``./folder:/data`` or ``/data``."""


def makes(option: str, mount: Mount) -> bool:
    """Whether ``option`` makes this mount.

    A folder counts by the end of its path, since the machine of the learner says where it begins.
    With ``:ro`` the mount must be read-only; where nobody noted that, it counts.
    """
    match = _OPTION.fullmatch(option)
    if match is None or mount.target.rstrip("/") != match["target"].rstrip("/"):
        return False
    if "ro" in (match["modes"] or "").split(",") and mount.read_only is False:
        return False
    source = match["source"]
    if source is None:
        return True
    if source[0] not in "./~":
        return mount.type == "volume" and mount.source == source
    names = [name for name in source.split("/") if name not in {"", ".", "..", "~"}]
    there = mount.source.replace("\\", "/").rstrip("/").split("/")
    return mount.type == "bind" and there[len(there) - len(names) :] == names


def is_anonymous(volume: str) -> bool:
    """Whether Docker itself made up this name of a volume, since nobody gave one."""
    return _ANONYMOUS.fullmatch(volume) is not None


def told(mount: Mount) -> str:
    """A mount as one would type it."""
    return f"{mount.source}:{mount.target}{':ro' if mount.read_only else ''}"
