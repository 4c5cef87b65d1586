"""Machines as they are met, made up of what the doctor would gather there."""

from __future__ import annotations

from typing import Any

from grader.collect.advice import Product, Surroundings
from grader.doctor.machine import Door, Engine, Machine
from grader.facts import Reason

UNIX = "unix:///var/run/docker.sock"
PIPE = "npipe:////./pipe/docker_engine"
HOME = "unix:///Users/haneul"


def around(platform: str, *products: Product, **fields: Any) -> Surroundings:
    return Surroundings(platform=platform, products=frozenset(products), **fields)


def dead(host: str = UNIX, reason: Reason = Reason.ENGINE_UNREACHABLE, **fields: Any) -> Door:
    return Door(host=host, reason=reason, detail="No such file or directory", **fields)


def alive(host: str = UNIX, product: str = "Docker Engine", **fields: Any) -> Door:
    return Door(host=host, answers=True, product=product, there=True, **fields)


def engine(**fields: Any) -> Engine:
    known = {"version": "28.3.2", "api": "1.51", "oldest_api": "1.24", "arch": "x86_64"}
    return Engine(**{**known, "ahead": 0.1, **fields})


def healthy(**fields: Any) -> Machine:
    """A Linux machine on which all is well, but for what is given."""
    known: dict[str, Any] = {
        "surroundings": around("linux", "engine", group="member"),
        "doors": (alive(),),
        "engine": engine(),
    }
    return Machine(**{**known, **fields})


def off(surroundings: Surroundings, *doors: Door, **fields: Any) -> Machine:
    """A machine whose docker command reaches no engine."""
    host = PIPE if surroundings.platform == "win32" else UNIX
    return Machine(surroundings=surroundings, doors=doors or (dead(host),), **fields)
