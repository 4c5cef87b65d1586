"""All lanes together, in order and within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.evidence import Evidence
from grader.needs import EventsNeed
from grader.result import TimelineGap, TimelineStep
from grader.timeline.calls import calls
from grader.timeline.containers import containers
from grader.timeline.folding import fold
from grader.timeline.gaps import gaps
from grader.timeline.images import images
from grader.timeline.registry import registry

MAX_STEPS = 200
MAX_GAPS = 50


def timeline(evidence: Evidence) -> tuple[tuple[TimelineStep, ...], tuple[TimelineGap, ...]]:
    """Steps and gaps by time; of more than 200 steps, the first and the last 100.

    At equal times, images come before the registry, and that before containers and calls.
    """
    # Several runs may have recorded the same event.
    once = {(seen.at, seen.fact): seen for seen in evidence.of(EventsNeed()).found[::-1]}
    events = sorted(once.values(), key=lambda seen: seen.at)
    unseen = gaps(evidence, events)
    breaks = [gap.start for gap in unseen]
    others = [*images(evidence, events), *registry(evidence, events)]
    lives = containers(evidence, events)
    steps = others + fold(lives, sorted(breaks + [step.at for step in others]))
    between = sorted(breaks + [step.at for step in steps])
    steps += calls(evidence, events, between)
    return _within_bounds(sorted(steps, key=lambda step: step.at)), unseen[-MAX_GAPS:]


def _within_bounds(steps: Sequence[TimelineStep]) -> tuple[TimelineStep, ...]:
    left_out = len(steps) - MAX_STEPS
    if left_out <= 0:
        return tuple(steps)
    half = MAX_STEPS // 2
    first_after = replace(steps[-half], left_out=left_out)
    return (*steps[:half], first_after, *steps[1 - half :])
