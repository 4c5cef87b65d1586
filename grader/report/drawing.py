"""The timeline as a drawing: time runs down, each lane is a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

from grader.report.plain import one_line, shorten, shorten_middle
from grader.result import TimelineStep

ROW = 46
DAY = 34
TOP = 44
SUBJECT_CHARS = 25
"""As many as fit into a column of the page at its full width."""

LANES = {"image": 20, "registry": 47, "container": 74}
"""Where each lane stands, in percent of the drawing's width."""

_VERB = re.compile(r"(docker (?:image |container )?[a-z]+(?: -t)?|Exited \(\d+\)|Ctrl-C)\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """A step at ``x`` percent and ``y`` pixels, reached from that of the step before.

    ``day`` is set where a new day begins above it.
    """

    step: TimelineStep
    x: int
    y: int
    from_x: int
    from_y: int
    verb: str
    subject: str
    clock: str
    day: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All rows, and the drawing's height in pixels."""

    rows: tuple[Row, ...]
    height: int


def draw(steps: Sequence[TimelineStep]) -> Drawing:
    """Place each step below the one before it, in its lane."""
    rows = tuple(_rows(steps))
    return Drawing(rows, rows[-1].y + ROW if rows else TOP)


def _rows(steps: Sequence[TimelineStep]) -> Iterator[Row]:
    y, day = TOP, ""
    before: Row | None = None
    for step in steps:
        at = step.at.astimezone(UTC)
        today, clock = f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}"
        y += DAY if today != day else 0
        verb, subject = _split(one_line(step.label))
        x = LANES[step.lane]
        before = Row(
            step=step,
            x=x,
            y=y,
            from_x=before.x if before else x,
            from_y=before.y if before else y,
            verb=verb,
            subject=subject,
            clock=clock if step.exact else f"≤ {clock}",
            day=today if today != day else "",
        )
        yield before
        y, day = y + ROW, today


def _split(label: str) -> tuple[str, str]:
    """A label's command, and what it was about: of ``docker tag`` the new name."""
    match = _VERB.match(label)
    if match is None:
        return "", shorten(label, SUBJECT_CHARS)
    verb, subject = match[1].removesuffix(" -t"), label[match.end() :].removesuffix(" .")
    if verb == "docker tag":
        subject = subject.rpartition(" ")[2]
    cut = shorten if verb == "docker exec" else shorten_middle
    return verb, cut(subject, SUBJECT_CHARS)
