"""Registries: reachable, not at their limit, and logged in to where the lab pushes."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, ok, problem, warning
from grader.doctor.machine import Machine, Registry
from grader.messages import Message, msg
from grader.reference import DOCKER_HUB, login_command
from grader.system_error import translatable

FEW = 10
"""Pulls; with fewer left, a lab may come to a stop."""


def findings(machine: Machine) -> Iterator[Finding]:
    """For each registry whether it answers, what is left of its limit, and the login."""
    for registry in machine.registries:
        yield from _reached(registry, machine)
        if registry.pushed_to and registry.reachable:
            yield from _login(registry)


def _reached(registry: Registry, machine: Machine) -> Iterator[Finding]:
    name = "Docker Hub" if registry.name == DOCKER_HUB else registry.name
    if registry.reachable is False:
        by_engine = bool(machine.engine and machine.engine.proxy)
        make = problem if machine.needs(registry) and not by_engine else warning
        yield make(
            "registry-unreachable",
            msg("{registry} cannot be reached from here", registry=name),
            *_reach(registry),
            detail=msg("{reason}", reason=translatable(registry.detail))
            if registry.detail
            else None,
        )
    elif registry.limited or registry.remaining == 0:
        yield problem(
            "rate-limit",
            msg("{registry} allows no more downloads for now", registry=name),
            *_wait(registry),
            detail=_left(registry),
        )
    elif registry.remaining is not None and registry.remaining < FEW:
        yield warning(
            "rate-limit",
            msg(
                "{registry} allows only {count} more downloads from your network",
                registry=name,
                count=registry.remaining,
            ),
            *_wait(registry),
            detail=_left(registry),
        )
    elif registry.reachable:
        yield ok("registry", msg("{registry} answers", registry=name), _left(registry))


def _reach(registry: Registry) -> Iterator[Message]:
    if registry.name == DOCKER_HUB:
        yield msg("open https://hub.docker.com in a browser: does it come up?")
        yield msg(
            "if not, look at the WLAN, log in to the network if it wants that, or turn off VPN"
        )
        yield msg("if it does, a proxy may be needed; ask whoever runs this network")
    else:
        yield msg(
            "is the address {registry} right? compare it with lab.yaml and the text of the lab",
            registry=registry.name,
        )
        yield msg("if it is a container on this computer, start it: `docker start NAME`")


def _wait(registry: Registry) -> Iterator[Message]:
    if not registry.logged_in:
        yield msg(
            "log in, then your own limit counts and not that of everybody in your network: "
            "`{login}`",
            login=login_command(registry.name),
        )
    if registry.retry_after:
        yield msg("or wait {minutes} minutes", minutes=-(-registry.retry_after // 60))
    elif registry.window:
        yield msg(
            "or wait: downloads are forgotten {hours} hours after they were made",
            hours=-(-registry.window // 3600),
        )
    yield msg("do not pull again what `docker image ls` shows already")


def _left(registry: Registry) -> Message | None:
    if registry.limit is None or registry.remaining is None:
        return None
    return msg(
        "{remaining} of {limit} downloads are left for whoever is not logged in",
        remaining=registry.remaining,
        limit=registry.limit,
    )


def _login(registry: Registry) -> Iterator[Finding]:
    if registry.logged_in:
        yield ok("login", msg("logged in to {registry}", registry=registry.name))
    elif registry.logged_in is False:
        yield warning(
            "login-missing",
            msg(
                "you are not logged in to {registry}, to which the lab pushes",
                registry=registry.name,
            ),
            msg("type `{login}`", login=login_command(registry.name)),
        )
