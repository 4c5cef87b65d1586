"""Evidence made of facts, for tests that need no engine."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from grader.check import Verdict
from grader.evidence import Evidence
from grader.facts import Container, Event, Fact, Image, Reason
from grader.file_facts import Encoding, File
from grader.journal import VERSION, Entry, Journal, Observation, Outcome, Source, Writer
from grader.needs import EventsNeed, FileNeed, Need
from grader.plugins import check_type
from tests.verdict_promises import Asked, told

START = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
ABSENT = {
    Reason.NOT_THERE,
    Reason.NOT_RUNNING,
    Reason.NOT_PUBLISHED,
    Reason.NO_ANSWER,
    Reason.OUTSIDE,
}
SOURCES: dict[str, Source] = {
    "file": "submission",
    "env-file": "submission",
    "tree": "submission",
    "manifest": "registry",
    "registry-image": "registry",
    "login": "config",
    "http": "http",
    "events": "events",
}


def minutes(count: float) -> datetime:
    """``count`` minutes after `START`."""
    return START + timedelta(minutes=count)


def saw(
    need: Need[Any], answer: Fact | Reason, at: float = 0, run: str = "run-1", detail: str = ""
) -> Entry:
    """An entry: ``need`` was answered with a fact, or not for a reason, ``at`` minutes in."""
    outcome: Outcome = "found"
    if isinstance(answer, Reason):
        outcome = "absent" if answer in ABSENT else "unavailable"
    return Entry.model_validate(
        {
            "v": VERSION,
            "seq": 1,
            "run": run,
            "at": minutes(at),
            "source": SOURCES.get(getattr(need, "kind", ""), "engine"),
            "need": need,
            "outcome": outcome,
            "data": answer.model_dump(mode="json") if isinstance(answer, Fact) else None,
            "reason": answer if isinstance(answer, Reason) else None,
            "detail": detail,
        }
    )


def journal_of(*entries: Entry) -> Journal:
    """A sound journal of these entries, in this order."""
    numbered = (entry.model_copy(update={"seq": i}) for i, entry in enumerate(entries, 1))
    return Journal(tuple(numbered))


def evidence_of(*entries: Entry) -> Evidence:
    """What these entries, in this order, are evidence of."""
    return Evidence(journal_of(*entries))


def submitted(
    path: str,
    text: str | None,
    at: float = 0,
    run: str = "run-1",
    encoding: Encoding = "utf-8",
) -> Entry:
    """A file of the submission."""
    data = (text or "").encode(encoding, "replace")
    fact = File(sha256=sha256(data).hexdigest(), size=len(data), text=text, encoding=encoding)
    return saw(FileNeed(path=path), fact, at, run)


def event(what: str, at: float = 0, run: str = "run-1", **fields: Any) -> Entry:
    """An event of the engine: ``what`` is its type and action, as in ``"container start"``."""
    kind, _, action = what.partition(" ")
    return saw(EventsNeed(), Event(type=kind, action=action, **fields), at, run)


def a_container(name: str = "web", image: str = "app:1", **fields: Any) -> Container:
    """A container that runs, with an id that its name determines."""
    default = {"id": hex_id(name), "image_id": f"sha256:{hex_id(image)}", "status": "running"}
    return Container(name=name, image=image, **{**default, **fields})


def an_image(reference: str = "app:1", **fields: Any) -> Image:
    """An image with an id that its reference determines."""
    return Image(**{"id": f"sha256:{hex_id(reference)}", "tags": (reference,), **fields})


def hex_id(seed: str) -> str:
    """An id as the engine makes them, determined by ``seed``."""
    return sha256(seed.encode()).hexdigest()


def judged(kind: str, fields: dict[str, Any], *entries: Entry) -> Verdict:
    """The verdict of a check of this type, with these fields as a rubric gives them."""
    check = check_type(kind).model_validate_json(json.dumps({"type": kind, **fields}))
    asked = Asked(journal_of(*entries), set(check.needs()))
    return told(check.judge(asked))


def entries_of(observations: Iterable[Observation], by: Writer = "batch") -> Journal:
    """A journal of observations, as if a batch had just made them."""
    return journal_of(
        *(
            Entry(v=VERSION, seq=1, run="ours", by=by, **dict(observation))
            for observation in observations
        )
    )
