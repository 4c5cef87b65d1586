"""Lives of containers that repeat themselves, told as one."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.result import TimelineStep
from grader.timeline.steps import merged

FOLD_FROM = 5
"""As many lives as this are told as one; fewer one by one, since a learner tries more than once."""


@dataclass(frozen=True, slots=True)
class Life:
    """The steps of one container, at least one, in their order."""

    name: str
    steps: Sequence[TimelineStep]


def fold(lives: Iterable[Life], breaks: Sequence[datetime]) -> list[TimelineStep]:
    """The steps of all lives; those that took the same course between two breaks as one life."""
    alike: dict[object, list[Life]] = defaultdict(list)
    for life in lives:
        times = [step.at for step in life.steps]
        first, last = bisect_right(breaks, min(times)), bisect_right(breaks, max(times))
        alike[first, last, *_course(life)].append(life)
    steps: list[TimelineStep] = []
    for group in alike.values():
        if len(group) < FOLD_FROM:
            steps += [step for life in group for step in life.steps]
        else:
            steps += _as_one(sorted(group, key=lambda life: life.steps[0].at))
    return steps


def _course(life: Life) -> Iterable[object]:
    """What happened to a container, whatever its name."""
    for step in life.steps:
        words = tuple(word for word in step.label.split() if word != life.name)
        yield words, step.failed, step.exact


def _as_one(lives: Sequence[Life]) -> Iterable[TimelineStep]:
    names = list(dict.fromkeys(life.name for life in lives))
    detail = f"{names[0]} … {names[-1]}" if len(names) > 1 else None
    for same in zip(*(life.steps for life in lives), strict=True):
        yield merged(same, detail)
