"""Rubric variables: ``{name}`` in any string of a check or text. ``{{name}}`` stands for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from grader.messages import Message, msg
from grader.patterns import Pattern, escape
from grader.rubric.model import Variable
from grader.yaml_source import Place

LEARNER_ID = "learner_id"
"""A variable of this name is the learner's id, as ``learner`` in lab.yaml says it."""

_USE = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}|\{([a-z][a-z0-9_]*)\}")
_SAFE = Pattern("[A-Za-z0-9_./:@+-][A-Za-z0-9_ ./:@+-]{0,127}")
"""What a value may hold when the rubric gives no pattern."""


def problem_with(variable: Variable, value: str) -> Message | None:
    """What is wrong with a value given for ``variable``; None when nothing is."""
    if variable.type == "integer" and not re.fullmatch(r"-?[0-9]{1,18}", value):
        return msg("'{value}' is not a whole number", value=value)
    pattern = variable.pattern or _SAFE
    if not pattern.is_all_of(value):
        return msg("'{value}' does not match the pattern {pattern}", value=value, pattern=pattern)
    return None


def expand(
    value: Any,
    values: Mapping[str, str],
    place: Place = (),
    undeclared: Callable[[str, Place], None] = lambda _name, _place: None,
) -> Any:
    """Put variables into every string of ``value``, which stands at ``place``, however deep.

    Under a key ``matches`` a value stands for itself, not for a pattern: a learner must not widen
    what the rubric asks for. ``undeclared`` is told of a name that has no value; it stays, without
    its braces.
    """
    if isinstance(value, str) and "{" not in value:
        return value
    if isinstance(value, dict):
        return {k: expand(item, values, (*place, k), undeclared) for k, item in value.items()}
    if isinstance(value, list):
        return [expand(item, values, (*place, i), undeclared) for i, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def put(match: re.Match[str]) -> str:
        if match[1]:
            return "{" + match[1] + "}"
        if match[2] not in values:
            undeclared(match[2], place)
            return match[2]
        return escape(values[match[2]]) if "matches" in place else values[match[2]]

    return _USE.sub(put, value)


def used_in(value: Any) -> set[str]:
    """The names of the variables that strings of ``value`` use."""
    if isinstance(value, dict):
        return set().union(*map(used_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(used_in, value))
    return {m[2] for m in _USE.finditer(value) if m[2]} if isinstance(value, str) else set()
