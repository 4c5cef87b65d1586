"""What every check owes to every learner, held wherever a test judges one."""

from __future__ import annotations

import re
from typing import Any

from grader.check import Status, Verdict
from grader.evidence import Evidence
from grader.facts import Event
from grader.journal import Journal
from grader.messages import Message
from grader.needs import EventsNeed, EventWindowNeed, Need, NetworkNeed, VolumeNeed
from grader.series import Seen, Series, Strength


class Asked(Evidence):
    """Evidence of which a check may ask only what it told, by its needs, to collect."""

    def __init__(self, journal: Journal, needs: set[Need[Any]]) -> None:
        super().__init__(journal)
        self._needs = needs
        # An event is collected for any one thing that it is about.
        about = [n for n in needs if isinstance(n, EventsNeed | VolumeNeed | NetworkNeed)]
        self._subjects = {value for need in about for value in vars(need).values() if value}

    def of(self, need: Need[Any], *, reproduced: bool = False) -> Series[Any]:
        assert need in self._needs or need in (EventsNeed(), EventWindowNeed()), need
        return super().of(need, reproduced=reproduced)

    def events(self, *actions: str, **picked: Any) -> tuple[Seen[Event], ...]:
        named = {value for key, value in picked.items() if value and key != "kind"}
        assert not named or named & self._subjects, named
        return super().events(*actions, **picked)

    def image_events(self, *actions: str, image: str) -> tuple[Seen[Event], ...]:
        assert image in self._subjects, image
        return super().image_events(*actions, image=image)


def told(verdict: Verdict) -> Verdict:
    """The verdict, which tells what every verdict has to tell a beginner."""
    assert isinstance(verdict.message, Message)
    assert isinstance(verdict.pending, bool)
    for text in (verdict.message, verdict.hint, verdict.expected, verdict.actual):
        assert text is None or isinstance(text, str | Message)
        assert not _lacks_a_value(text), text
    assert not re.search(r"`[^`]*\bNone\b", str(verdict.hint or "")), verdict.hint
    if verdict.status not in {Status.PASS, Status.REVIEW}:
        assert isinstance(verdict.hint, Message), f"no hint: {verdict.message}"
    if verdict.status is Status.PASS or verdict.ratio:
        assert verdict.proofs, f"no proof: {verdict.message}"
    if verdict.status is Status.PARTIAL:
        assert verdict.expected, f"not told what was expected: {verdict.message}"
    assert isinstance(verdict.places, tuple)
    assert all(place.path for place in verdict.places)
    for proof in verdict.proofs:
        assert isinstance(proof.strength, Strength)
        assert proof.at
        assert str(proof.detail or "").strip()
        assert not _lacks_a_value(proof.detail), proof.detail
    return verdict


def _lacks_a_value(text: object) -> bool:
    """Whether a text, or one within it, names something that is nothing."""
    if not isinstance(text, Message | list | tuple):
        return False
    values = text.values.values() if isinstance(text, Message) else text
    return any(value is None or _lacks_a_value(value) for value in values)
