"""The docker command: there, working, and not too old for its engine."""

from __future__ import annotations

from collections.abc import Iterator

from grader.collect import advice
from grader.doctor.finding import Finding, ok, problem
from grader.doctor.machine import Machine
from grader.messages import msg


def findings(machine: Machine) -> Iterator[Finding]:
    """One finding about the docker command."""
    command, engine, around = machine.command, machine.engine, machine.surroundings
    if _is_unconnected(machine):
        yield problem(
            "wsl-integration",
            msg("this WSL distribution is not connected to Docker Desktop"),
            *advice.wsl_integration(),
            detail=msg("Docker Desktop is on Windows; the terminal here does not see it yet"),
        )
    elif _is_nothing_there(machine) and engine is None:
        yield problem(
            "docker-missing",
            msg("Docker is not installed"),
            *advice.install(around),
            msg("open a new terminal, and try `docker version`"),
        )
    elif not command.found:
        yield _no_command(machine)
    elif not command.runs:
        yield problem(
            "client-broken",
            msg("the docker command is there, but it does not run"),
            msg("type `docker version`, and read what it says"),
            *advice.install(around),
        )
    elif engine and _is_older(command.api, engine.oldest_api):
        yield problem(
            "client-old",
            msg("the docker command is too old for its engine"),
            msg("update the docker command; the engine wants API {api}", api=engine.oldest_api),
            *advice.install(around),
            detail=msg(
                "the docker command {version} speaks API {api}",
                version=command.version,
                api=command.api,
            ),
        )
    else:
        yield ok(
            "client", msg("the docker command is installed ({version})", version=command.version)
        )


def says_why_no_engine(machine: Machine) -> bool:
    """Whether the finding about the command is one about an engine that does not answer, too."""
    return _is_unconnected(machine) or _is_nothing_there(machine)


def _is_unconnected(machine: Machine) -> bool:
    """Whether this is a WSL distribution that Docker Desktop, on Windows, knows nothing of."""
    command, around = machine.command, machine.surroundings
    return command.stub or (not command.found and around.wsl and "desktop" in around.products)


def _is_nothing_there(machine: Machine) -> bool:
    """Whether neither the command nor any product that brings an engine is there."""
    return not machine.command.found and not machine.surroundings.products


def _no_command(machine: Machine) -> Finding:
    title = msg("the docker command is not installed, or this terminal does not find it")
    new = msg("open a new terminal, and try `docker version`")
    platform, products = machine.surroundings.platform, machine.surroundings.products
    if "desktop" in products and platform != "linux":
        steps = [*advice.start(machine.surroundings), new]
    elif platform == "darwin":
        steps = [msg("install the docker command: `brew install docker`"), new]
    elif products == {"podman"}:
        steps = [
            msg("install the docker command; the package is called docker-cli or docker.io"),
            *advice.start(machine.surroundings),
            new,
        ]
    else:
        steps = [*advice.install(machine.surroundings), new]
    return problem("client-missing", title, *steps)


def _is_older(version: str, than: str) -> bool:
    """Whether both are known, and one is older."""
    ours, theirs = version.split("."), than.split(".")
    known = all(map(str.isdecimal, [*ours, *theirs]))
    return known and list(map(int, ours)) < list(map(int, theirs))
