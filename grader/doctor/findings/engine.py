"""The engine: does it answer the docker command, and if not, which of many causes it is."""

from __future__ import annotations

from collections.abc import Iterator

from grader.collect import advice
from grader.collect.endpoint import DEFAULT_CONTEXT
from grader.doctor.finding import Finding, ok, problem
from grader.doctor.findings.command import says_why_no_engine
from grader.doctor.machine import Door, Machine
from grader.facts import Reason
from grader.messages import Message, msg
from grader.system_error import translatable


def findings(machine: Machine) -> Iterator[Finding]:
    """One finding: the likeliest cause alone, so that one cause is not told several times."""
    if machine.config.error or machine.settings_error or machine.chosen is None:
        return  # told with the settings
    if machine.chosen.answers:
        yield _answers(machine)
    elif not says_why_no_engine(machine):
        yield _away(machine, machine.chosen)


def _answers(machine: Machine) -> Finding:
    engine, door = machine.engine, machine.chosen
    if engine and engine.os == "windows":
        return problem(
            "windows-containers",
            msg("Docker Desktop runs Windows containers; the lab needs Linux containers"),
            msg("right-click the whale beside the clock, and choose Switch to Linux containers"),
        )
    version = engine.version if engine else ""
    product = door.product if door and door.product else "Docker"
    return ok("engine", msg("{product} {version} answers", product=product, version=version))


def _away(machine: Machine, door: Door) -> Finding:
    if door.reason is Reason.PERMISSION:
        return _denied(machine, door)
    if machine.working is not None:
        return _elsewhere(machine, door, machine.working)
    if door.host.startswith(("tcp:", "ssh:", "http")) or "://" not in door.host:
        return _remote(machine, door)
    if door.reason is not Reason.ENGINE_UNREACHABLE:
        return _odd(machine, door)
    return _off(machine, door)


def _denied(machine: Machine, door: Door) -> Finding:
    around = machine.surroundings
    if around.platform == "linux" and around.group == "pending":
        detail = msg(
            "you are in the group docker already, but only the next login makes that count"
        )
    elif door.there and around.platform == "linux":
        detail = msg(
            "{socket} is open to the group {group}, and you are not in it",
            socket=door.host,
            group=door.group,
        )
    else:
        detail = msg("{host}: {reason}", host=door.host, reason=translatable(door.detail))
    return problem(
        "socket-permission",
        msg("you are not allowed to use Docker yet"),
        *advice.permission(around),
        detail=detail,
    )


def _elsewhere(machine: Machine, door: Door, working: Door) -> Finding:
    """The docker command looks at one place, and the engine is at another."""
    windows = machine.surroundings.platform == "win32"
    steps: list[Message] = []
    if machine.chosen_by != "context":
        steps.append(_unset(machine.chosen_by, windows=windows))
    name = working.context
    if name and (machine.chosen_by == "context" or name != machine.context):
        steps.append(msg("choose the engine that answers: `docker context use {name}`", name=name))
    elif not name and working.host != machine.usual_host:
        steps.append(
            msg(
                "tell the docker command where it is: `docker context create {name} --docker "
                '"host={host}"`, and then `docker context use {name}`',
                name=_name_for(working),
                host=working.host,
            )
        )
    elif not name and machine.context != DEFAULT_CONTEXT:
        steps.append(msg("choose the engine that answers: `docker context use default`"))
    because = {
        "DOCKER_HOST": msg("the variable DOCKER_HOST"),
        "DOCKER_CONTEXT": msg("the variable DOCKER_CONTEXT"),
        "context": msg("the docker context '{name}'", name=machine.context),
    }[machine.chosen_by]
    return problem(
        "docker-host-dead" if machine.chosen_by == "DOCKER_HOST" else "context-wrong",
        msg("the docker command looks for the engine in the wrong place"),
        *steps,
        detail=msg(
            "{because} points to {host}, where nothing answers; {product} answers at {there}",
            because=because,
            host=door.host,
            product=working.product,
            there=working.host,
        ),
    )


def _name_for(door: Door) -> str:
    known = ("colima", "orbstack", "podman", "desktop")
    return next((name for name in known if name in door.host), "lab")


def _unset(variable: str, *, windows: bool) -> Message:
    if windows:
        return msg(
            "in PowerShell, type `Remove-Item Env:{name}`; if it comes back, press the Windows "
            "key, type environment variables, and delete it there",
            name=variable,
        )
    return msg(
        "type `unset {name}`; if it comes back in a new terminal, delete its line in ~/.bashrc, "
        "~/.zshrc or ~/.profile",
        name=variable,
    )


def _remote(machine: Machine, door: Door) -> Finding:
    windows = machine.surroundings.platform == "win32"
    leave = (
        msg("to use the engine of this computer again: `docker context use default`")
        if machine.chosen_by == "context"
        else _unset(machine.chosen_by, windows=windows)
    )
    check = msg(
        "is that computer on, and is the address right? `docker context ls` shows addresses"
    )
    steps = door.advice or ((check,) if "://" in door.host else ())
    return problem(
        "engine-remote",
        msg("no engine answers at {host}", host=door.host),
        *steps,
        leave,
        detail=msg("{reason}", reason=translatable(door.detail)),
    )


def _odd(machine: Machine, door: Door) -> Finding:
    return problem(
        "engine-error",
        msg("the engine is there, but it does not work"),
        msg("wait a minute: it may still be starting"),
        *advice.restart(machine.surroundings),
        detail=msg(
            "{host}: {reason}",
            host=door.host,
            reason=translatable(door.detail) or msg("no answer came in time"),
        ),
    )


def _off(machine: Machine, door: Door) -> Finding:
    around = machine.surroundings
    detail = msg("{host}: {reason}", host=door.host, reason=translatable(door.detail))
    steps = advice.start(around)
    if machine.chosen_by != "context" and door.host != machine.usual_host:
        steps.append(_unset(machine.chosen_by, windows=around.platform == "win32"))
    if not around.products:
        if around.wsl:
            steps = [*advice.wsl_integration(), *steps]
        return problem(
            "engine-missing",
            msg("the docker command is here, but no engine for it was found"),
            *steps,
            detail=detail,
        )
    if around.wsl and "engine" not in around.products:
        title = msg("this WSL distribution is not connected to Docker Desktop")
        return problem("wsl-integration", title, *steps, detail=detail)
    if around.platform == "linux" and around.products == {"podman"}:
        return problem(
            "podman-socket-off",
            msg("Podman is installed, but its socket is not switched on"),
            *steps,
            msg(
                "tell the docker command where it is: `export "
                "DOCKER_HOST=unix://$XDG_RUNTIME_DIR/podman/podman.sock`"
            ),
            detail=detail,
        )
    if "desktop" in around.products and "engine" not in around.products:
        title = msg("Docker Desktop is installed, but it is not running")
        return problem("desktop-stopped", title, *steps, detail=detail)
    return problem(
        "engine-stopped", msg("Docker is installed, but not running"), *steps, detail=detail
    )
