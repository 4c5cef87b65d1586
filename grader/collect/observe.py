"""Observations made of what a look found, or of the trouble that it ended in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Fact, Reason
from grader.journal import MAX_LINE_BYTES, Observation, Source
from grader.needs import Need

Observation.model_rebuild()  # several threads make some

MAX_BYTES = MAX_LINE_BYTES * 7 // 8
"""The journal adds fields of its own to the line."""

Look = Callable[[Any], Iterable[Fact]]
"""Takes a need, and finds facts or raises a `NoAnswerError`."""


def answers(need: Need[Fact], source: Source, look: Look) -> Iterator[Observation]:
    """What a look at a need found, or why it found nothing."""
    try:
        facts = list(look(need))
    except Exception as error:
        yield unanswered(need, source, error)
        return
    for fact in facts:
        yield found(need, source, fact)


def found(need: Need[Fact], source: Source, fact: Fact, at: datetime | None = None) -> Observation:
    """A fact, found now unless ``at`` says when."""
    observation = Observation(
        at=at or datetime.now(UTC),
        source=source,
        need=need,
        outcome="found",
        data=fact.model_dump(mode="json", exclude_defaults=True),
    )
    try:
        size = len(observation.model_dump_json())
    except PydanticSerializationError:
        observation = observation.model_copy(update={"data": _writable(observation.data)})
        size = len(observation.model_dump_json())
    if size > MAX_BYTES:
        error = UnavailableError(Reason.TOO_LARGE, "too much for a line of the journal")
        return unanswered(need, source, error)
    return observation


def _writable(data: object) -> object:
    """What fits into a file: half of a character does not, but an engine's JSON may name it."""
    return json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))


def unanswered(need: Need[Fact], source: Source, error: Exception) -> Observation:
    """Why there is no fact.

    An error that nobody foresaw is an odd answer of the engine: it costs this one need, and no
    more. Its text may quote what must not be kept.
    """
    known = error if isinstance(error, NoAnswerError) else None
    return Observation(
        at=datetime.now(UTC),
        source=source,
        need=need,
        outcome="absent" if isinstance(error, AbsentError) else "unavailable",
        reason=known.reason if known else Reason.ENGINE_ERROR,
        detail=known.detail if known else f"unforeseen: {type(error).__name__}",
    )
