"""Timelines that hold everything a timeline can hold."""

from __future__ import annotations

from typing import Any

from grader.result import Lane, Result, TimelineGap, TimelineStep
from tests.factories import minutes
from tests.results import a_result

REMOTE = "127.0.0.1:5055/haneul/wisheasy:1.0"
TRACEBACK = """Traceback (most recent call last):
  File "/app/app.py", line 3, in <module>
    from flask import Flask
ModuleNotFoundError: No module named 'flask'"""


def a_step(at: float, label: str, lane: Lane = "container", **fields: Any) -> TimelineStep:
    """A step, ``at`` minutes in."""
    return TimelineStep(at=minutes(at), lane=lane, label=label, **fields)


def a_gap(start: float, end: float, reason: str = "restarted") -> TimelineGap:
    """A gap between two minutes."""
    return TimelineGap.model_validate(
        {"start": minutes(start), "end": minutes(end), "reason": reason}
    )


def a_story(lang: str = "en") -> Result:
    """A lab of two days with failures, repeats, gaps, pauses and steps left out."""
    many = {"count": 500, "until": minutes(1130), "detail": "life-1 … life-500"}
    crash = {"failed": True, "exit_code": 1, "last_words": TRACEBACK, "detail": "wisheasy"}
    steps = (
        a_step(3.2, "docker build -t wisheasy:1.0 .", "image"),
        a_step(3.25, "docker image ls", "image", count=3, until=minutes(3.6)),
        a_step(4.1, f"docker tag wisheasy:1.0 {REMOTE}", "image"),
        a_step(5, "docker login", "registry", exact=False),
        a_step(9, f"docker push {REMOTE}", "registry"),
        a_step(12.5, f"docker run {REMOTE}", detail="wisheasy"),
        a_step(12.6, "Exited (1)", **crash),
        a_step(12.9, "docker logs wisheasy"),
        a_step(45, "docker exec wisheasy pyton", failed=True, exit_code=127),
        a_step(52, "docker stop wisheasy"),
        a_step(1100, f"docker run {REMOTE}", **many),
        a_step(1100.1, "docker rm life-1", **many),
        a_step(2800, f"docker pull {REMOTE}", "registry", left_out=42),
    )
    return a_result(lang, timeline=steps, gaps=(a_gap(14, 20), a_gap(1130, 1131, "evicted")))
