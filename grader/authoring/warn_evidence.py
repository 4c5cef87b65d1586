"""Warnings about what can be proven: after cleanup, and without having done the lab."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from grader import plugins
from grader.check import Check, asked
from grader.errors import Problem
from grader.messages import msg
from grader.needs import EnvFileNeed, FileNeed, TreeNeed
from grader.rubric.model import Rubric
from grader.yaml_source import Source

Thing = tuple[str, str]
"""A kind of thing on the engine, and its name or reference."""

_KINDS = {
    "container": "container",
    "logs": "container",
    "http": "container",
    "image": "image",
    "content": "image",
    "volume": "volume",
    "network": "network",
}
_ENDS = {"now": {"removed"}, "running": {"removed", "stopped"}}
"""Check types that ask for what a check with this ``when`` cannot see at the end."""


def lost_after_cleanup(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A check that only counts what is there at the end, of a thing that should be gone by then."""
    for place, check in _checks(rubric):
        when = str(getattr(check, "when", None))
        gone = {
            thing: rubric.objectives[other_place[1]].id
            for other_place, other in _checks(rubric)
            if other.type in _ENDS.get(when, ())
            for thing in _things(other)
        }
        lost = sorted(thing for thing in _things(check) if thing in gone)
        if lost:
            kind, name = lost[0]
            message = msg(
                "`when: {when}` counts only what is there at the end, but '{objective}' asks for "
                "the {kind} {name} to be stopped or removed by then",
                when=when,
                objective=gone[lost[0]],
                kind=kind,
                name=name,
            )
            aid = msg("take `when` out: then it counts whenever it was seen")
            where = (*place, "when")
            yield source.problem(where, message, "lost-after-cleanup", aid, of_value=True)


def only_removed(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A thing of which nothing is asked but that it be removed."""
    others = {
        thing for _, check in _checks(rubric) if check.type != "removed" for thing in _things(check)
    }
    for place, check in _checks(rubric):
        things = _things(check) if check.type == "removed" else set()
        for kind, name in things - others:
            message = msg(
                "nothing is asked of the {kind} {name} but that it be removed", kind=kind, name=name
            )
            aid = msg("add a check of what it was for, or take this one out")
            yield source.problem((*place, "type"), message, "only-removed", aid, of_value=True)


def passed_by_files(rubric: Rubric, source: Source) -> Iterator[Problem]:
    """A pass mark that files alone can reach, with nothing done on the engine."""
    by_files = sum(
        (o.points for o in rubric.objectives if all(map(_of_files_alone, o.checks))), Decimal(0)
    )
    mark = rubric.points * rubric.pass_mark
    if mark and mark <= by_files < rubric.points:
        message = msg(
            "files alone, such as answers, earn {points} points, and {mark} are enough to pass",
            points=by_files,
            mark=mark.normalize(),
        )
        aid = msg("raise `pass_mark`, or give more points to what is done with Docker")
        place = ("pass_mark",) if "pass_mark" in source.data else ("objectives",)
        yield source.problem(place, message, "passed-by-files", aid)


def _of_files_alone(check: Check) -> bool:
    return all(isinstance(need, FileNeed | TreeNeed | EnvFileNeed) for need in asked(check))


def _checks(rubric: Rubric) -> Iterator[tuple[tuple[str, int, str, int], Check]]:
    for i, objective in enumerate(rubric.objectives):
        for j, check in enumerate(objective.checks):
            with plugins.blamed(plugins.CHECKS, check.type):
                asked(check)
            yield ("objectives", i, "checks", j), check


def _things(check: Check) -> set[Thing]:
    """What a check looks at on the engine."""
    things = set()
    for need in asked(check):
        kind = _KINDS.get(getattr(need, "kind", ""))
        if kind is not None:
            fields = (getattr(need, name, None) for name in ("name", "image", kind))
            things |= {(kind, name) for name in fields if isinstance(name, str)}
    return things
