"""Stretches of time of which the engine's history did not reach the journal whole."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime

from grader.evidence import Evidence
from grader.result import TimelineGap
from grader.timeline.steps import Events


def gaps(evidence: Evidence, events: Events) -> tuple[TimelineGap, ...]:
    """The gaps by time, none that overlap.

    A gap lies before a window that does not continue what was recorded: from the last that was
    seen until then to the oldest event of the window, or, if it has none, to its end.
    """
    times = [seen.at for seen in events]
    found: list[TimelineGap] = []
    looked = None
    for seen in reversed(evidence.event_window.found):
        window = seen.fact
        until = window.until or seen.at
        end = window.oldest or until
        earlier = times[: bisect_left(times, end)][-1:] + ([looked] if looked else [])
        if not window.continues and earlier and max(earlier) < end:
            reason = "evicted" if window.evicted else "restarted"
            found.append(TimelineGap(start=max(earlier), end=end, reason=reason))
        looked = max(looked, until) if looked else until
    return _merged(sorted(found, key=lambda gap: gap.start), frozenset(times))


def _merged(gaps: list[TimelineGap], seen: frozenset[datetime]) -> tuple[TimelineGap, ...]:
    """Gaps that overlap as one; also those that meet where no event was seen."""
    merged: list[TimelineGap] = []
    for gap in gaps:
        last = merged[-1] if merged else None
        if last and (gap.start < last.end or (gap.start == last.end and last.end not in seen)):
            merged[-1] = last.model_copy(update={"end": max(last.end, gap.end)})
        else:
            merged.append(gap)
    return tuple(merged)
