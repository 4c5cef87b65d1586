"""Objectives that require one another: each known, once, and in no circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from grader.errors import Problem
from grader.messages import msg
from grader.problems import did_you_mean
from grader.yaml_source import Source


def graph_problems(source: Source, objectives: Sequence[Any]) -> Iterator[Problem]:
    """What is wrong with the ids of objectives, as they stand in the file, and ``requires``."""
    ids = {i: o["id"] for i, o in enumerate(objectives) if _is_named(o)}
    first: dict[str, int] = {}
    for index, id_ in ids.items():
        if id_ in first:
            place = ("objectives", index, "id")
            line = source.line(("objectives", first[id_], "id"))
            aid = msg("it stands in line {line} already; give each objective its own", line=line)
            message = msg("the id '{id}' stands twice", id=id_)
            yield source.problem(place, message, "duplicate-id", aid, of_value=True)
        first.setdefault(id_, index)
    for index in ids:
        for i, name in enumerate(_required(objectives[index])):
            if name not in first and len(ids) == len(objectives):
                yield source.problem(
                    ("objectives", index, "requires", i),
                    msg("there is no objective '{name}'", name=name),
                    "unknown-objective",
                    did_you_mean(name, first),
                )
    requires = {id_: _required(objectives[index]) for id_, index in first.items()}
    try:
        TopologicalSorter(requires).prepare()
    except CycleError as error:
        # The list names what comes before what; people read what requires what.
        circle = list(reversed(error.args[1]))
        place = ("objectives", first[circle[0]], "requires")
        message = msg(
            "objectives require one another in a circle: {circle}", circle=" → ".join(circle)
        )
        aid = msg("take one of them out of `requires`")
        yield source.problem(place, message, "circle", aid, of_value=True)


def _is_named(objective: Any) -> bool:
    return isinstance(objective, dict) and isinstance(objective.get("id"), str)


def _required(objective: Any) -> list[str]:
    required = objective.get("requires")
    return (
        [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    )
