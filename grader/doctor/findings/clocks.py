"""Clocks: this computer's, the engine's, and the registries', which show the right time."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, ok, warning
from grader.doctor.machine import Machine
from grader.messages import Message, msg

MOST_SECONDS = 60.0


def findings(machine: Machine) -> Iterator[Finding]:
    """One finding: whose clock is wrong. Registries know the time, so they are believed first."""
    outside = next(
        (r for r in machine.registries if r.ahead is not None and abs(r.ahead) > MOST_SECONDS), None
    )
    engine = machine.engine.ahead if machine.engine else None
    if outside is not None and outside.ahead is not None:
        yield warning(
            "clock-wrong",
            msg(
                "this computer's clock is wrong by {seconds} seconds, says {registry}",
                seconds=round(abs(outside.ahead)),
                registry=outside.name,
            ),
            *_set(machine),
            detail=msg("a wrong clock makes logins and secure connections fail"),
        )
    elif engine is not None and abs(engine) > MOST_SECONDS:
        yield warning(
            "clock-engine",
            msg(
                "the engine's clock and this computer's differ by {seconds} seconds",
                seconds=round(abs(engine)),
            ),
            *_restart(machine),
            detail=msg("it happens after the computer slept"),
        )
    elif engine is not None or any(r.ahead is not None for r in machine.registries):
        yield ok("clock", msg("the clock is right"))


def _set(machine: Machine) -> Iterator[Message]:
    around = machine.surroundings
    if around.platform == "win32":
        yield msg(
            "open Settings → Time & language → Date & time, turn on Set time automatically, and "
            "click Sync now"
        )
    elif around.platform == "darwin":
        yield msg(
            "open System Settings → General → Date & Time, and turn on Set time and date "
            "automatically"
        )
    elif around.wsl:
        yield msg("type `wsl --shutdown` in PowerShell, and open this terminal again")
    else:
        yield msg("type `sudo timedatectl set-ntp true`")


def _restart(machine: Machine) -> Iterator[Message]:
    if machine.surroundings.wsl:
        yield msg("type `wsl --shutdown` in PowerShell, and open this terminal again")
    elif machine.engine and machine.engine.desktop:
        yield msg("click the whale's menu, and choose Restart")
    elif "colima" in machine.surroundings.products:
        yield msg("restart Colima: `colima restart`")
    else:
        yield from _set(machine)
