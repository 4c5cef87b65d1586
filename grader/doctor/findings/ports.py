"""Ports of this computer that the lab wants to publish: free, or taken and by whom."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, ok, problem
from grader.doctor.machine import Machine, Port
from grader.messages import Message, msg

AIRPLAY = {5000, 7000}
"""Ports of the AirPlay receiver of macOS."""

FORWARDERS = {"docker-proxy", "com.docker.backend", "rootlessport", "vpnkit", "limactl"}
"""Programs by which engines publish the ports of their containers."""


def findings(machine: Machine) -> Iterator[Finding]:
    """A finding for each port. One that the lab's own container has is as it should be."""
    published = machine.engine.published if machine.engine else ()
    for port in machine.ports:
        by = next((one for one in published if one.port == port.number), None)
        if by and by.name == port.container:
            yield ok(
                "port",
                msg(
                    "port {port} is published by your container {name}",
                    port=port.number,
                    name=by.name,
                ),
            )
        elif by:
            yield problem(
                "port-taken",
                msg("port {port} is taken by the container {name}", port=port.number, name=by.name),
                msg("if that container belongs to the lab, run `grade-lab` first: it is recorded"),
                msg("stop it: `docker stop {name}`", name=by.name),
                detail=msg("it was made from {image}", image=by.image),
            )
        elif port.taken:
            yield _by_process(port, machine)
        else:
            yield ok("port", msg("port {port} is free", port=port.number))


def _by_process(port: Port, machine: Machine) -> Finding:
    platform = machine.surroundings.platform
    if port.holder.lower().removesuffix(".exe") in FORWARDERS:
        return problem(
            "port-taken",
            msg("port {port} is taken by a container of another engine", port=port.number),
            msg("see which engines there are: `docker context ls`"),
            msg("look for its container in each: `docker --context NAME ps`"),
            msg("stop it there: `docker --context NAME stop CONTAINER`"),
            detail=msg("the program {program} holds it", program=port.holder),
        )
    if port.holder:
        title = msg(
            "port {port} is taken by the program {program} (process {pid})",
            port=port.number,
            program=port.holder,
            pid=port.pid,
        )
        steps = [msg("close that program"), *_end(port, platform)]
    else:
        title = msg("port {port} is taken by another program", port=port.number)
        steps = [_find(port, platform), msg("close that program")]
    if platform == "darwin" and port.number in AIRPLAY:
        steps.insert(
            0,
            msg(
                "it is mostly AirPlay: open System Settings → General → AirDrop & Handoff, and "
                "turn off AirPlay Receiver"
            ),
        )
    if machine.surroundings.wsl and not port.holder:
        steps.append(
            msg("it may be a program on Windows: in PowerShell, {find}", find=_find(port, "win32"))
        )
    return problem("port-taken", title, *steps)


def _end(port: Port, platform: str) -> list[Message]:
    if platform == "win32":
        return [msg("if it has no window: `taskkill /PID {pid}`", pid=port.pid)]
    return [msg("if it has no window: `kill {pid}`", pid=port.pid)]


def _find(port: Port, platform: str) -> Message:
    if platform == "win32":
        return msg(
            "find out which: `netstat -ano | findstr :{port}` shows its number in the last column, "
            "and the Task Manager its name",
            port=port.number,
        )
    if platform == "darwin":
        return msg("find out which: `sudo lsof -nP -iTCP:{port} -sTCP:LISTEN`", port=port.number)
    return msg("find out which: `sudo ss -ltnp 'sport = :{port}'`", port=port.number)
