"""The live checklist: what a learner sees while working. Made from results; every text is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """An objective. ``word`` is its status in words; ``fresh`` when that changed just now."""

    id: str
    title: str
    status: str
    word: str
    score: str
    max_score: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: an objective, what was found so far, the hint, and commands in it."""

    title: str
    message: str = ""
    hint: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that went wrong; ``actual`` quotes what was found, such as the last log lines."""

    title: str
    message: str
    actual: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """All of it. ``notice`` tells how the recording goes, and ``recording`` whether it does."""

    lang: str
    title: str
    score: str
    max_score: str
    rows: tuple[Row, ...]
    next: Step | None = None
    alerts: tuple[Alert, ...] = ()
    notice: str = ""
    recording: bool = True
    passed: bool = False
