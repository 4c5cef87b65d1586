"""The Docker host: the computer on which published ports are reached, seen from grade-lab."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.collect.endpoint import host_name
from grader.collect.engine_answer import Payload
from grader.collect.waiting import within

MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Docker and Podman put these into their containers."""
ROUTES = Path("/proc/net/route")
NAMES = ("host.docker.internal", "host.containers.internal")
"""What Docker Desktop and Podman call the computer around a container, in it."""
RESOLVE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class DockerHost:
    """``is_certain`` is false where ``name`` was guessed: an app that is silent may yet answer."""

    name: str
    is_certain: bool = True


HERE = DockerHost("127.0.0.1")


def docker_host(address: str, info: Callable[[], Payload]) -> DockerHost:
    """That of the engine at ``address``, of which ``info`` tells.

    Raises:
        NoAnswerError: as ``info`` does.
    """
    name = host_name(address)
    if name != HERE.name or is_here(address, info):
        return DockerHost(name)
    return DockerHost(next(filter(_is_known, NAMES), None) or _gateway() or name, False)


def is_here(address: str, info: Callable[[], Payload]) -> bool:
    """Whether the ports of that engine are ours: it is on this computer, and not around a
    container, such as a dev container, in which grade-lab runs. Raises as `docker_host` does.
    """
    if host_name(address) != HERE.name:
        return False
    here = socket.gethostname()
    return not any(mark.exists() for mark in MARKS) or str(info().get("Name", here)) == here


def _is_known(name: str) -> bool:
    try:
        within(RESOLVE_SECONDS, lambda: socket.getaddrinfo(name, None))
    except OSError:
        return False
    return True


def _gateway() -> str | None:
    """The address behind which everything else is: of a container on a bridge, its host's."""
    try:
        routes = [line.split() for line in ROUTES.read_text(encoding="ascii").splitlines()[1:]]
        gateway = next(route[2] for route in routes if route[1] == "00000000")
        return ".".join(str(byte) for byte in reversed(bytes.fromhex(gateway)))
    except (OSError, ValueError, LookupError, StopIteration):
        return None
