"""All facts about a machine, in one door: looks that take long are taken at the same time."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from grader.collect.client import Client
from grader.collect.endpoint import Endpoint, current_context, resolve
from grader.collect.surroundings import surroundings
from grader.doctor.gather import command, engine, registries, system, work
from grader.doctor.gather.bounded import at_once
from grader.doctor.machine import Command, Config, Door, Engine, Machine, Registry
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.shell_environment import outside

ALL_SECONDS = 5.0
_ARCHITECTURES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "ARM64": "arm64"}


def gather(
    folder: Path,
    rubric: str | None,
    settings: Mapping[str, str],
    *,
    asked: bool,
    encoding: str = "utf-8",
) -> Machine:
    """Look at this machine. Nothing is changed, pulled or started, and nothing hangs.

    ``asked``: the learner named ``folder`` or ``rubric``. ``encoding`` is that of the terminal.
    """
    env = outside(os.environ)
    task = work.task(folder, rubric, settings, asked=asked)
    needs = list(task.run.rubric.needs()) if task.run else []
    images = work.images(task.run) if task.run else ()
    endpoint, error = _endpoint(env)
    if endpoint is not None:
        # Threads that begin to import the SDK at the same time may meet half of a module.
        with suppress(GradeLabError):
            Client(endpoint).close()
    looks: dict[str, Callable[[], Any]] = {
        "command": partial(command.command, env),
        "config": partial(command.config, env),
        "doors": partial(engine.doors, env, endpoint),
        "engine": partial(engine.engine, env, images, task.work.bases),
    }
    places = registries.wanted(needs, task.work.bases)
    for place, image in places.items():
        looks[f"registry {place.name}"] = partial(registries.asked, place, image, env)
    found = at_once(looks, ALL_SECONDS)
    running: Engine | None = found.get("engine")
    machine = Machine(
        surroundings=surroundings(env),
        arch=_ARCHITECTURES.get(platform.machine(), platform.machine()),
        encoding=encoding,
        command=found.get("command", Command()),
        config=found.get("config", Config()),
        **_choice(env),
        settings_error=error,
        doors=found.get("doors") or _silent(endpoint),
        engine=running,
        proxies=system.proxies(env),
        disks=(system.disk("submission", str(folder)),),
        registries=tuple(_answer(found, place) for place in places),
        work=task.work,
    )
    if running is None:
        return machine
    if running.local and running.root and Path(running.root).exists():
        machine = replace(machine, disks=(system.disk("engine", running.root), *machine.disks))
    if running.local and task.run:
        machine = replace(machine, ports=tuple(map(system.port, work.ports(task.run))))
    return machine


def _endpoint(env: Mapping[str, str]) -> tuple[Endpoint | None, GradeLabError | None]:
    try:
        return resolve(env, sys.platform), None
    except GradeLabError as error:
        return None, error


def _choice(env: Mapping[str, str]) -> dict[str, Any]:
    """By what the docker command's engine is chosen."""
    names = ("DOCKER_HOST", "DOCKER_CONTEXT")
    choice: dict[str, Any] = {"chosen_by": next((n for n in names if env.get(n)), "context")}
    with suppress(GradeLabError):
        choice["context"] = current_context(env)
    return choice


def _silent(endpoint: Endpoint | None) -> tuple[Door, ...]:
    return (Door(host=endpoint.hosts[0], reason=Reason.TIMEOUT),) if endpoint else ()


def _answer(found: Mapping[str, Any], place: Registry) -> Registry:
    answer: Registry = found.get(f"registry {place.name}", replace(place, reachable=False))
    return answer
