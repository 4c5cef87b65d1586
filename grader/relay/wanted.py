"""Which calls of the docker command a rubric asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from grader.facts import Fact
from grader.needs import CallsNeed, Need

LOOKING = frozenset(("GET", "HEAD"))
"""Methods that change nothing. What others do shows in the engine's events and objects."""

MAX_TARGET = 4096
"""Longer targets of a request name nothing that a rubric could."""

_VERSION = re.compile(r"/v\d+(?:\.\d+)*(?=/)")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Wanted:
    """The calls that a rubric's needs ask for, known by their paths."""

    def __init__(self, needs: Iterable[Need[Fact]]) -> None:
        asked = dict.fromkeys(need for need in needs if isinstance(need, CallsNeed))
        self._patterns = {need: _pattern(need.path) for need in asked}

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def answered_by(self, method: str, path: str) -> tuple[CallsNeed, ...]:
        """The needs that a call answers; its ``path`` is without version and query."""
        if method not in LOOKING:
            return ()
        return tuple(need for need, own in self._patterns.items() if own.fullmatch(path))


def path_of(target: bytes) -> str:
    """A request's path without version and query; empty when it has none that could matter."""
    path = target.partition(b"?")[0]
    if len(path) > MAX_TARGET or not path.startswith(b"/"):
        return ""
    try:
        told = unquote(path.decode("ascii"), errors="strict")
    except UnicodeDecodeError:
        return ""
    return told[len(version[0]) :] if (version := _VERSION.match(told)) else told


def is_by_the_way(agent: bytes, target: bytes) -> bool:
    """Whether Docker Compose, which names itself as user agent, asks for it and shows none of it.

    It shows logs, and with ``ps`` the running containers of a project; with ``ps -a`` it asks as
    ``up`` does.
    """
    if not agent.startswith(b"compose/"):
        return False
    path, query = path_of(target), unquote(target.decode("ascii", "replace"))
    is_ps = path == "/containers/json" and "com.docker.compose.project=" in query
    is_ps = is_ps and "all=1" not in query and "com.docker.compose.service" not in query
    return not is_ps and not path.endswith("/logs")


def _pattern(template: str) -> re.Pattern[str]:
    """Names of images have slashes, ids of containers do not (Engine API reference)."""
    parts = _PLACEHOLDER.split(template)
    return re.compile(
        "".join(
            re.escape(part) if i % 2 == 0 else "[^/]+" if part == "id" else ".+"
            for i, part in enumerate(parts)
        )
    )
