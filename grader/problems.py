"""Mistakes in a file that people wrote, told with their place and the nearest known name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.errors import Problem
from grader.messages import Message, msg
from grader.yaml_source import Place, Source


def nearest(name: str, known: Sequence[str]) -> Message | str:
    """``; did you mean 'x'?`` for the most similar known name; empty when none is similar."""
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return msg("; did you mean '{name}'?", name=close[0]) if close else ""


def problems_of(
    error: ValidationError, model: type[BaseModel], source: Source, place: Place = ()
) -> Iterator[Problem]:
    """What pydantic found wrong with the value at ``place``, which should have been a ``model``."""
    details = error.errors(include_url=False)
    # A mistyped name also makes a field missing: what was typed comes first.
    for detail in sorted(details, key=lambda detail: detail["type"] != "extra_forbidden"):
        yield Problem(source.where((*place, *detail["loc"])), _told(detail, model))


def _told(detail: ErrorDetails, model: type[BaseModel]) -> Message:
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    known = [field.alias or key for key, field in model.model_fields.items()]
    match detail["type"]:
        case "extra_forbidden":
            return msg("unknown field '{name}'{nearest}", name=name, nearest=nearest(name, known))
        case "missing":
            return msg("the field '{name}' is missing", name=name)
        case "value_error" if detail["loc"]:
            reason = detail["msg"].removeprefix("Value error, ")
            return msg("'{name}' {reason}", name=name, reason=reason)
        case "value_error":
            return msg("{reason}", reason=detail["msg"].removeprefix("Value error, "))
        case _:
            return msg("'{name}': {reason}", name=name, reason=detail["msg"])
