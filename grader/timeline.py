"""The timeline: the steps of the lab in the order they were recorded."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence import Evidence
from grader.result import TimelineStep


def timeline(evidence: Evidence) -> tuple[TimelineStep, ...]:
    """Steps by time: from the engine's events, and from what was seen of states in between."""
    return tuple(sorted(_steps(evidence), key=lambda step: step.at))


def _steps(evidence: Evidence) -> Iterator[TimelineStep]:
    yield from ()
