"""The contract of a finding: what a look at a `Machine` ends in, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from grader.doctor.machine import Machine
from grader.messages import Message


class Severity(StrEnum):
    """``problem``: the lab cannot be done like this. ``warning``: it can, but look at it."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``code`` is stable: docs/doctor.md has a section for each.

    ``steps`` say what to do, one after the other; what is fine has none.
    """

    code: str
    severity: Severity
    title: Message
    detail: Message | None = None
    steps: tuple[Message, ...] = ()


Probe = Callable[[Machine], Iterable[Finding]]
"""Findings of one family: a pure function."""


def ok(code: str, title: Message, detail: Message | None = None) -> Finding:
    """Something that is as it should be."""
    return Finding(code, Severity.OK, title, detail)


def warning(code: str, title: Message, *steps: Message, detail: Message | None = None) -> Finding:
    """Something that need not be in the way."""
    return Finding(code, Severity.WARNING, title, detail, steps)


def problem(code: str, title: Message, *steps: Message, detail: Message | None = None) -> Finding:
    """Something that is in the way."""
    return Finding(code, Severity.PROBLEM, title, detail, steps)
