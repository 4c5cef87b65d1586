"""Registries that docker or podman has a login for: their names, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import facts
from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.endpoint import config_folder, home_of, read_object
from grader.facts import Reason
from grader.reference import DOCKER_HUB

_DOCKER_HUB_NAMES = {"index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}


def login(registry: str, env: Mapping[str, str]) -> facts.Login:
    """The login for a registry.

    Raises:
        AbsentError: there is none that the configuration tells of.
        UnavailableError: the configuration cannot be read.
    """
    unreadable, stores = "", []
    for path in login_files(env):
        try:
            config = read_object(path)
        except (OSError, ValueError):
            unreadable = path.name
            continue
        if (store := _store_of(registry, config)) is not None:
            return facts.Login(registry=registry, store=store)
        stores += [str(config["credsStore"])] if config.get("credsStore") else []
    if unreadable:
        raise UnavailableError(Reason.UNREADABLE, f"{unreadable} of docker")
    raise AbsentError(Reason.NOT_THERE, f"credentials are kept in {stores[0]}" if stores else "")


def login_files(env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where ``docker login`` and ``podman login`` note what they keep: containers-auth.json(5)."""
    runtime = env.get("XDG_RUNTIME_DIR")
    if runtime or not hasattr(os, "getuid"):
        of_podman = Path(runtime or home_of(env)) / "containers"
    else:
        of_podman = Path("/run/containers") / str(os.getuid())
    files = [config_folder(env) / "config.json", of_podman / "auth.json"]
    files += [home_of(env) / ".config/containers/auth.json"]
    files += [Path(chosen)] if (chosen := env.get("REGISTRY_AUTH_FILE")) else []
    return tuple(files)


def _store_of(registry: str, config: Mapping[str, Any]) -> str | None:
    """What keeps the login, empty for the file itself; None where there is none."""
    wanted = _host(registry)
    store = str(config.get("credsStore") or "")
    helpers = _object(config, "credHelpers")
    helper = next((str(helpers[name]) for name in helpers if _host(name) == wanted), store)
    for name, entry in _object(config, "auths").items():
        # A login that a store keeps leaves an empty entry.
        if _host(name) == wanted and (entry or helper):
            return helper
    return helper if helper != store else None


def _host(name: str) -> str:
    """A registry's host and port; Docker Hub has several names."""
    host = name.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return DOCKER_HUB if host in _DOCKER_HUB_NAMES else host


def _object(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = config.get(key)
    return value if isinstance(value, dict) else {}
