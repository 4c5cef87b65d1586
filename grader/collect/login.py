"""Registries that the docker command line has a login for: their names, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader import facts
from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.endpoint import read_config
from grader.facts import Reason
from grader.reference import DOCKER_HUB

_DOCKER_HUB_NAMES = {"index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}


def login(registry: str, env: Mapping[str, str]) -> facts.Login:
    """The login for a registry.

    Raises:
        AbsentError: there is none that the configuration tells of.
        UnavailableError: the configuration cannot be read.
    """
    try:
        config = read_config(env)
    except (OSError, ValueError) as error:
        raise UnavailableError(Reason.UNREADABLE, "config.json of docker") from error
    wanted = _host(registry)
    store = str(config.get("credsStore") or "")
    helpers = _object(config, "credHelpers")
    helper = next((str(helpers[name]) for name in helpers if _host(name) == wanted), store)
    for name, entry in _object(config, "auths").items():
        # A login that a store keeps leaves an empty entry.
        if _host(name) == wanted and (entry or helper):
            return facts.Login(registry=registry, store=helper)
    if helper != store:
        return facts.Login(registry=registry, store=helper)
    raise AbsentError(Reason.NOT_THERE, f"credentials are kept in {store}" if store else "")


def _host(name: str) -> str:
    """A registry's host and port; Docker Hub has several names."""
    host = name.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return DOCKER_HUB if host in _DOCKER_HUB_NAMES else host


def _object(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = config.get(key)
    return value if isinstance(value, dict) else {}
