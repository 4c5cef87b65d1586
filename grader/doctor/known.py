"""All families of findings, in the order in which a person would look."""

from __future__ import annotations

from collections.abc import Sequence

from grader.doctor.finding import Finding, Probe, Severity
from grader.doctor.findings import (
    clocks,
    command,
    engine,
    kinds,
    network,
    ports,
    registries,
    room,
    settings,
    terminal,
    work,
)
from grader.doctor.machine import Machine

PROBES: Sequence[Probe] = (
    command.findings,
    settings.findings,
    engine.findings,
    kinds.findings,
    room.findings,
    network.findings,
    registries.findings,
    ports.findings,
    clocks.findings,
    work.findings,
    terminal.findings,
)


def examine(machine: Machine) -> tuple[Finding, ...]:
    """Everything that can be said about a machine."""
    return tuple(finding for probe in PROBES for finding in probe(machine))


def first_problem(findings: Sequence[Finding]) -> Finding | None:
    """Where to start; None when the machine is ready."""
    return next((one for one in findings if one.severity is Severity.PROBLEM), None)
