"""What is no mistake in a rubric, and yet unlikely to be meant: warnings, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.authoring.warn_evidence import lost_after_cleanup, only_removed, passed_by_files
from grader.authoring.warn_texts import hint_is_title, missing_language, unknown_language
from grader.errors import Problem
from grader.messages import msg
from grader.reference import is_reference
from grader.rubric.model import Rubric
from grader.rubric.variables import used_in
from grader.shares import split
from grader.yaml_source import Place, Source

Warner = Callable[[Rubric, Source], Iterator[Problem]]

NEAR_100 = 5
"""A total that misses 100 by no more than this is likely to be meant to be 100."""


def warnings(rubric: Rubric, path: Path) -> list[Problem]:
    """What to think about in a rubric without mistakes, in the order of the file."""
    source = Source.read(path)
    found = [problem for warner in WARNERS for problem in warner(rubric, source)]
    return sorted(found, key=lambda problem: problem.snippet.line if problem.snippet else 0)


def odd_total(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """Points that add up to nearly 100."""
    total = rubric.points
    if total != 100 and abs(total - 100) <= NEAR_100:
        message = msg("the points add up to {total}, which is nearly 100", total=total)
        aid = msg("if they should add up to 100, change the points of an objective")
        yield source.problem(("objectives",), message, "odd-total", aid)


def tiny_share(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A weight so small that the check earns nothing."""
    for i, objective in enumerate(rubric.objectives):
        shares = split(objective.points, [check.weight for check in objective.checks])
        for j, share in enumerate(shares):
            if objective.points and not share:
                message = msg(
                    "this check is worth 0.00 of the {points} points", points=objective.points
                )
                aid = msg("give it more `weight`, or take it out")
                place = ("objectives", i, "checks", j, "weight")
                yield source.problem(place, message, "tiny-share", aid)


def everybody_passes(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A pass mark that asks for nothing."""
    if not rubric.points * rubric.pass_mark:
        message = msg("everybody passes, also with nothing done")
        aid = msg("write a share of the points between 0 and 1, as in `pass_mark: 0.7`")
        place = ("pass_mark",) if not rubric.pass_mark else ("objectives",)
        yield source.problem(place, message, "everybody-passes", aid, of_value=True)


def much_depends(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """An objective whose failing takes more than half of the points with it."""
    total = rubric.points
    needed = _all_required(rubric)
    for i, objective in enumerate(rubric.objectives):
        lost = sum(
            (o.points for o in rubric.objectives if objective.id in needed[o.id]), Decimal(0)
        )
        if lost * 2 > total:
            message = msg(
                "who fails '{id}' also loses {lost} of {total} points in what requires it",
                id=objective.id,
                lost=lost,
                total=total,
            )
            aid = msg("keep `requires` for objectives that make no sense without the other")
            place = ("objectives", i, "id")
            yield source.problem(place, message, "much-depends", aid, of_value=True)


def redundant_requires(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """An objective that is required already by another that is required."""
    needed = _all_required(rubric)
    for i, objective in enumerate(rubric.objectives):
        for j, name in enumerate(objective.requires):
            by = next((other for other in objective.requires if name in needed[other]), None)
            twice = name in objective.requires[:j]
            if by or twice:
                message = msg("'{name}' is required by '{by}' already", name=name, by=by or name)
                aid = msg("take it out: it changes nothing")
                place = ("objectives", i, "requires", j)
                yield source.problem(place, message, "redundant-requires", aid)


def _all_required(rubric: Rubric) -> dict[str, set[str]]:
    """What each objective requires, directly or through others."""
    direct = {objective.id: objective.requires for objective in rubric.objectives}

    def of(name: str) -> set[str]:
        return {name for one in direct[name] for name in {one, *of(one)}}

    return {name: of(name) for name in direct}


def unused_variable(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A variable that nothing uses."""
    used = used_in(source.data["objectives"])
    for name in rubric.variables:
        if name not in used:
            message = msg("nothing uses the variable '{name}'", name=name)
            aid = msg("take it out, or use it in a text as `{text}`", text=f"{{{name}}}")
            yield source.problem(("variables", name), message, "unused-variable", aid)


def same_check(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A check that stands in the rubric twice: its points are given twice."""
    first: dict[str, Place] = {}
    for i, objective in enumerate(rubric.objectives):
        for j, check in enumerate(objective.checks):
            place = ("objectives", i, "checks", j)
            key = check.model_dump_json(exclude={"weight", "hint"})
            if key in first:
                message = msg("the same check stands in line {line}", line=source.line(first[key]))
                aid = msg("take one of them out, or let them ask for different things")
                yield source.problem((*place, "type"), message, "same-check", aid, of_value=True)
            first.setdefault(key, place)


def latest(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """An image reference that names something else every week."""
    for i in range(len(rubric.objectives)):
        checks = source.data["objectives"][i]["checks"]
        for place, text in _texts(checks, ("objectives", i, "checks")):
            if text.endswith(":latest") and is_reference(text.replace("{", "").replace("}", "")):
                message = msg("`latest` is a name that moves: it says nothing about the version")
                aid = msg("ask for a tag such as `1.0`")
                yield source.problem(place, message, "latest", aid, of_value=True, part=":latest")


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = [(key, item) for key, item in value.items() if key != "hint"]
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for step, item in inner:
        yield from _texts(item, (*place, step))


WARNERS: tuple[Warner, ...] = (
    everybody_passes,
    hint_is_title,
    latest,
    lost_after_cleanup,
    missing_language,
    much_depends,
    odd_total,
    only_removed,
    passed_by_files,
    redundant_requires,
    same_check,
    tiny_share,
    unknown_language,
    unused_variable,
)
