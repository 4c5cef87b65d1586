"""Evidence made up for the tests of a check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import VERSION, Entry, Journal
from grader.needs import Need

START = datetime(2026, 1, 1, tzinfo=UTC)

Answer = tuple[Need[Any], Fact | Reason | None]
"""A need and what answered it: a fact, None where nothing was there, why nobody could look."""


def evidence_of(*answers: Answer) -> Evidence:
    """What these answers, seen by one run a minute apart, are evidence of."""
    return Evidence(Journal(tuple(_entry(i, *answer) for i, answer in enumerate(answers, 1))))


def _entry(seq: int, need: Need[Any], answer: Fact | Reason | None) -> Entry:
    fields: dict[str, Any] = {"outcome": "absent", "reason": Reason.NOT_THERE}
    if isinstance(answer, Fact):
        fields = {"outcome": "found", "data": answer.model_dump(mode="json")}
    elif answer is not None:
        fields = {"outcome": "unavailable", "reason": answer}
    at = START + timedelta(minutes=seq)
    known = {"v": VERSION, "seq": seq, "run": "made-up", "at": at, "source": "engine", "need": need}
    return Entry.model_validate({**known, **fields})
