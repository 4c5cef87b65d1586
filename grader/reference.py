"""Image references as Docker reads them: ``ubuntu`` is ``docker.io/library/ubuntu:latest``.

The grammar and the normal form are those of github.com/distribution/reference, through the
``docker-image-py`` library.
"""

from __future__ import annotations

from functools import lru_cache


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
    if domain != "docker.io":
        return f"{domain}/{path}" if path else reference
    return path.removeprefix("library/") if path.count("/") == 1 else path


def login_command(registry: str) -> str:
    """The command that logs in to a registry."""
    return "docker login" if registry == "docker.io" else f"docker login {registry}"


@lru_cache(maxsize=4096)
def is_reference(text: str) -> bool:
    """Whether ``text`` is a well-formed reference."""
    return bool(_parts(text)[1])


def _parts(reference: str) -> tuple[str, str, str, str]:
    from docker_image.digest import InvalidDigest
    from docker_image.reference import InvalidReference, Reference

    try:
        parsed = Reference.parse_normalized_named(reference)
    except (InvalidReference, InvalidDigest):
        return "", "", "", ""
    domain, path = parsed.split_hostname()
    tag = parsed.get("tag") or "latest"
    return domain, path, tag, parsed.get("digest") or ""
