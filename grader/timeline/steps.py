"""How a step is written, whatever lane it is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from grader.facts import Event
from grader.result import Lane, TimelineStep
from grader.series import Seen

MAX_TEXT = 300
"""Characters of a label or a detail."""

AT_ONCE = timedelta(seconds=2)
"""Within this time are the parts of one command: ``docker rm --force`` kills and removes."""

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}")

Events = Sequence[Seen[Event]]
"""Oldest first."""


def step(
    lane: Lane,
    at: datetime,
    *words: str,
    detail: str = "",
    failed: bool = False,
    exact: bool = True,
    exit_code: int | None = None,
    last_words: str = "",
) -> TimelineStep:
    """The step that these words tell; empty words are left out."""
    return TimelineStep(
        at=at,
        lane=lane,
        label=_cut(" ".join(word for word in words if word)),
        detail=_cut(detail),
        failed=failed,
        exact=exact,
        exit_code=exit_code,
        last_words=last_words,
    )


def merged(same: Sequence[TimelineStep], detail: str | None = None) -> TimelineStep:
    """One step in place of several that are the same, told where the first of them was."""
    return replace(
        same[0],
        count=sum(step.count for step in same),
        until=max(step.until or step.at for step in same),
        detail=same[0].detail if detail is None else _cut(detail),
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def short_id(id_: str) -> str:
    """An id as ``docker image ls`` shows it; what is no id stays as it is."""
    match = _ID.fullmatch(id_)
    return match[1] if match else id_
