"""Labs that were done by somebody whose every word means harm, and what is judged of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from grader.journal import Entry, Journal, parse
from grader.judge import judge
from grader.result import Learner, Result
from grader.rubric.find import find
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.yaml_source import Source
from tests.places import ROOT, SAMPLE

FOUND_BY = frozenset(("id", "name", "image", "type", "action", "tags", "service", "project"))
"""What a lab's events and objects are recognised by: else nobody would look at the rest."""
LABS = (
    (SAMPLE, FOUND_BY),
    (ROOT / "rubrics" / "compose-two-services.tests" / "half-way", frozenset[str]()),
)
"""Two labs, and of each what is spared."""


def results(text: str, lang: str = "en") -> list[Result]:
    """What is judged of labs in which this text stands wherever a learner can write something."""
    learner = Learner(id=text, name=text)
    return [
        judge(rubric, _poisoned(entries, text, spared), learner, lang=lang)
        for folder, spared in LABS
        for rubric, entries in [_lab(folder)]
    ]


@cache
def _lab(folder: Path) -> tuple[Rubric, tuple[Entry, ...]]:
    told = Source.read(folder / "lab.yaml").data
    named = folder.parent.name.removesuffix(".tests") if "rubrics" in folder.parts else ""
    rubric = load(
        find(named or told["rubric"], folder),
        {name: str(value) for name, value in told.get("variables", {}).items()},
        known={"learner_id": "s-001"},
    )
    return rubric, parse((folder / ".grade-lab" / "journal.jsonl").read_bytes()).entries


def _poisoned(entries: tuple[Entry, ...], text: str, spared: frozenset[str]) -> Journal:
    asked = (entry.model_copy(update={"data": _with(entry, text, spared)}) for entry in entries)
    return Journal(tuple(asked))


def _with(entry: Entry, text: str, spared: frozenset[str]) -> dict[str, object] | None:
    """The answer, with the text in each place that takes it."""
    if entry.data is None:
        return None
    data = deepcopy(entry.data)
    for place in _places(json.dumps(entry.data), type(entry.need).answer, spared):
        inner: Any = data
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = f"{inner[place[-1]]}\n{text}" if place[-1] == "text" else text
    return data


@cache
def _places(data: str, model: Any, spared: frozenset[str]) -> tuple[tuple[Any, ...], ...]:
    """Where a fact holds a text that may be any other."""
    return tuple(
        place
        for place in _texts(json.loads(data), ())
        if place[0] not in spared and _takes(json.loads(data), place, model)
    )


def _texts(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*place, step))


def _takes(data: Any, place: tuple[Any, ...], model: Any) -> bool:
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = "<any> \x1b text"
    try:
        model.model_validate(data)
    except ValidationError:
        return False
    return True
