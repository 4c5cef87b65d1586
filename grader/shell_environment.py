"""The variables by which ``grade-lab shell`` leads the docker command to its relay, and back out.

Only the docker command goes through the relay. grade-lab itself looks at the engine directly: a
recording in the background outlives the shell, and ports are asked for where the engine is.
"""

from __future__ import annotations

from collections.abc import Mapping

ADDRESS = "GRADE_LAB_SHELL"
"""Holds the relay's address: this is a recorded shell."""

_OUTSIDE = "GRADE_LAB_OUTSIDE_"
_HOST = "DOCKER_HOST"
_CHANGED = (_HOST, "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


def inside(env: Mapping[str, str], address: str) -> dict[str, str]:
    """The environment of a shell whose docker commands go to the relay at ``address``."""
    kept = {_OUTSIDE + name: env[name] for name in _CHANGED if name in env}
    return {**_without(env), **kept, ADDRESS: address, _HOST: address}


def outside(env: Mapping[str, str]) -> Mapping[str, str]:
    """The environment as it was before `inside`; the same, where docker goes elsewhere anyway."""
    if not env.get(ADDRESS) or env.get(_HOST) != env[ADDRESS]:
        return env
    restored = {name: env[_OUTSIDE + name] for name in _CHANGED if _OUTSIDE + name in env}
    return {**_without(env), **restored}


def _without(env: Mapping[str, str]) -> dict[str, str]:
    own = {ADDRESS, *_CHANGED, *(_OUTSIDE + name for name in _CHANGED)}
    return {name: value for name, value in env.items() if name not in own}
