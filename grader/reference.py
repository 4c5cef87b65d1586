"""Image references as Docker reads them: ``ubuntu`` is ``docker.io/library/ubuntu:latest``.

The grammar and the normal form are those of github.com/distribution/reference (its ``regexp.go``
and ``normalize.go``). A library does the same, and tests hold this against it; loading that takes
longer than all else that a grading does with references.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

DOCKER_HUB = "docker.io"
"""The registry of a reference that names none."""

MAX_NAME = 255
_MAX_LENGTH = 1_000

_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(
    rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?", re.ASCII
)
_PATH_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PATH_PART}(?:/{_PATH_PART})*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_ID = re.compile(r"[0-9a-f]{64}")


@lru_cache(maxsize=4096)
def familiar(reference: str) -> str:
    """The short form that ``docker image ls`` shows, with its tag: ``ubuntu`` → ``ubuntu:latest``.

    A reference that is not well formed, or an image id, comes back as it is: it matches nothing.
    """
    _, path, tag, digest = _parts(reference)
    if not path:
        return reference
    name = repository_of(reference)
    return f"{name}@{digest}" if digest else f"{name}:{tag}"


@lru_cache(maxsize=4096)
def registry_of(reference: str) -> str:
    """The registry's host (and port): ``docker.io`` where the reference names none."""
    return _parts(reference)[0]


@lru_cache(maxsize=4096)
def repository_of(reference: str) -> str:
    """The familiar name without tag or digest, as in ``RepoDigests`` before the ``@``."""
    domain, path, _, _ = _parts(reference)
    if domain != DOCKER_HUB:
        return f"{domain}/{path}" if path else reference
    return path.removeprefix("library/") if path.count("/") == 1 else path


def means(told: str, reference: str) -> bool:
    """Whether ``told``, which a command was given, means the image of ``reference``.

    It is the same reference; a digest in its repository may mean it.
    """
    return not _meant_by(told).isdisjoint(_known_as(reference))


def moves(told: str, reference: str) -> bool:
    """Whether a push or pull of ``told`` moves ``reference``, as that of all tags does."""
    return means(told, reference) or told == repository_of(reference)


class Moved:
    """When pushes or pulls of what was ``told``, oldest first, moved what: without trying each."""

    def __init__(self, told: Iterable[tuple[str, datetime]]) -> None:
        self._first: dict[str, datetime] = {}
        for name, at in told:
            for meant in (name, *_meant_by(name)):
                self._first.setdefault(meant, at)

    def first(self, reference: str) -> datetime | None:
        """When the first of them that `moves` it did so; None where none does."""
        known = (repository_of(reference), *_known_as(reference))
        return min((self._first[name] for name in known if name in self._first), default=None)


@lru_cache(maxsize=4096)
def _meant_by(told: str) -> frozenset[str]:
    """What the image of ``told`` may be known as."""
    perhaps = [f"{repository_of(told)}@"] if "@" in told else []
    return frozenset((familiar(told), *perhaps))


@lru_cache(maxsize=4096)
def _known_as(reference: str) -> frozenset[str]:
    """What the image of ``reference`` is known as: without a digest it may have any."""
    perhaps = [] if "@" in reference else [f"{repository_of(reference)}@"]
    return frozenset((familiar(reference), *perhaps))


def path_and_version(reference: str) -> tuple[str, str]:
    """What a registry's API calls it: the path in the registry, and the digest or else the tag."""
    _, path, tag, digest = _parts(reference)
    return path, digest or tag


def login_command(registry: str) -> str:
    """The command that logs in to a registry."""
    return "docker login" if registry == DOCKER_HUB else f"docker login {registry}"


@lru_cache(maxsize=4096)
def is_reference(text: str) -> bool:
    """Whether ``text`` is a well-formed reference."""
    return bool(_parts(text)[1])


@lru_cache(maxsize=4096)
def _parts(reference: str) -> tuple[str, str, str, str]:
    """Domain, path, tag and digest; all empty for what is no reference."""
    nothing = ("", "", "", "")
    if len(reference) > _MAX_LENGTH or _ID.fullmatch(reference):
        return nothing
    rest, at, digest = reference.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return nothing
    first, slash, path = rest.partition("/")
    named = slash and (
        "." in first or ":" in first or first == "localhost" or first != first.lower()
    )
    domain, path = (first, path) if named else (DOCKER_HUB, rest)
    path, colon, tag = path.partition(":")
    if (colon and not _TAG.fullmatch(tag)) or not _PATH.fullmatch(path):
        return nothing
    if not _DOMAIN.fullmatch(domain) or len(path) > MAX_NAME:
        return nothing
    domain = DOCKER_HUB if domain == "index.docker.io" else domain
    if domain == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    return domain, path, tag or "latest", digest
