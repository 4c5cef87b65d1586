"""The timeline as a drawing: time runs down, each lane is a column, a path leads through them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Literal, NamedTuple

from grader.messages import Message, msg
from grader.report.clock import WORLD, Clock
from grader.report.plain import one_line, plain, shorten, shorten_middle
from grader.result import TimelineGap, TimelineStep

PAUSE = timedelta(minutes=10)
"""After this long without a step, the drawing says how long it was."""

APART = timedelta(seconds=30)
"""Steps further apart than this have more room between them."""

SUBJECT_CHARS = 72
SAID_CHARS = 240
SAID_LINES = 3

_LANES = ("image", "registry", "container")
_VERB = re.compile(r"(docker (?:image |container )?[a-z]+(?: -t)?|Exited \(\d+\)|Ctrl-C)(?:\s+|$)")


class Mark(NamedTuple):
    """A step. ``said`` are the last words of what failed, ``apart`` that it took some time."""

    step: TimelineStep
    verb: str
    subject: str
    detail: str
    clock: str
    until: str
    said: str
    apart: bool
    kind: Literal["step"] = "step"


class Break(NamedTuple):
    """A gap, between two times of day."""

    gap: TimelineGap
    start: str
    end: str
    kind: Literal["gap"] = "gap"


class Note(NamedTuple):
    """A word between the steps: a new day, how long nothing happened, what is left out."""

    text: Message | str
    kind: Literal["day", "pause", "left-out"]


class Row(NamedTuple):
    """What is drawn side by side. The path comes down in the lane ``enters`` and goes on in
    ``leaves``; they are empty where there is none. ``across`` names the lanes that it crosses.
    """

    it: Mark | Break | Note
    enters: str
    leaves: str

    @property
    def across(self) -> str:
        """The two lanes between which the path changes over, the left one first."""
        lane = self.it.step.lane if isinstance(self.it, Mark) else ""
        if not lane or self.enters in {"", lane}:
            return ""
        return "-".join(sorted((self.enters, lane), key=_LANES.index))


def draw(
    steps: Sequence[TimelineStep], gaps: Sequence[TimelineGap] = (), clock: Clock = WORLD
) -> tuple[Row, ...]:
    """The rows from top to bottom, joined by a path that every gap interrupts."""
    rows = []
    lane = ""
    items = list(_items(steps, gaps, clock))
    for item, following in zip_longest(items, items[1:]):
        enters = lane
        if isinstance(item, Mark):
            lane = item.step.lane
        elif isinstance(item, Break):
            lane = ""
        goes_on = following is not None and not isinstance(following, Break)
        rows.append(Row(item, enters, lane if goes_on else ""))
    return tuple(rows)


def _items(
    steps: Sequence[TimelineStep], gaps: Sequence[TimelineGap], clock: Clock
) -> Iterator[Mark | Break | Note]:
    day = ""
    before: datetime | None = None
    ahead = list(gaps)
    for step in steps:
        while ahead and _comes_first(ahead[0], step):
            before = ahead[0].end
            yield _break(ahead.pop(0), clock)
        if step.left_out:
            yield Note(msg("{count} steps are left out here", count=step.left_out), "left-out")
        passed = step.at - before if before and not step.left_out else timedelta()
        today, _ = clock.day_and_time(step.at)
        if passed >= PAUSE:
            yield Note(_later(passed, new_day=today != day), "pause")
        if today != day:
            yield Note(today, "day")
        yield _mark(step, clock, apart=passed >= APART)
        day, before = today, max(step.until or step.at, before or step.at)
    yield from (_break(gap, clock) for gap in ahead)


def _comes_first(gap: TimelineGap, step: TimelineStep) -> bool:
    # What was seen within a gap, but happened some time before, may have been before the gap too.
    return gap.end <= step.at or (step.exact and gap.start < step.at)


def _mark(step: TimelineStep, clock: Clock, *, apart: bool) -> Mark:
    _, time = clock.day_and_time(step.at)
    verb, subject = _split(one_line(step.label))
    detail = shorten_middle(one_line(step.detail), SUBJECT_CHARS)
    if detail.startswith(subject):
        subject, detail = detail, ""
    elif detail in subject.split():
        detail = ""
    until = clock.day_and_time(step.until)[1] if step.until else time
    return Mark(
        step=step,
        verb=verb,
        subject=subject,
        detail=detail,
        clock=time if step.exact else f"≤ {time}",
        until=until if until != time else "",
        said=_said(step.last_words) if step.last_words else "",
        apart=apart,
    )


def _break(gap: TimelineGap, clock: Clock) -> Break:
    day, start = clock.day_and_time(gap.start)
    other_day, end = clock.day_and_time(gap.end)
    if day != other_day:
        start, end = f"{day} {start}", f"{other_day} {end}"
    return Break(gap, start, end)


def _said(words: str) -> str:
    lines = [line for line in plain(words).splitlines() if line.strip()]
    return "\n".join(shorten(line, SAID_CHARS) for line in lines[-SAID_LINES:])


def _split(label: str) -> tuple[str, str]:
    """A label's command, and what it was about."""
    match = _VERB.match(label)
    if match is None:
        return "", shorten(label, SUBJECT_CHARS)
    verb = match[1].removesuffix(" -t")
    cut = shorten if verb == "docker exec" else shorten_middle
    return verb, cut(label[match.end() :].removesuffix(" ."), SUBJECT_CHARS)


def _later(passed: timedelta, *, new_day: bool) -> Message:
    """How long nothing happened, roughly."""
    hours = passed / timedelta(hours=1)
    if hours < 1.5:
        return msg("{count} minutes later", count=round(hours * 60))
    if hours < 18 or not new_day:
        return msg("{count} hours later", count=round(hours))
    if hours < 36:
        return msg("the next day")
    return msg("{count} days later", count=round(hours / 24))
