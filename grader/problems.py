"""Mistakes in a file that people wrote, told with their place and the nearest known name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from grader.errors import Problem
from grader.messages import Message, msg
from grader.mistakes import KINDS, Mistake, mistake_in, wrong_kind
from grader.yaml_source import Place, Source


def _close(name: str, known: Collection[str]) -> str | None:
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def nearest(name: str, known: Sequence[str]) -> Message | str:
    """``; did you mean 'x'?`` for the most similar known name; empty when none is similar."""
    close = _close(name, known)
    return msg("; did you mean '{name}'?", name=close) if close else ""


def did_you_mean(name: str, known: Collection[str]) -> Message | None:
    """The most similar known name as advice; None when none is similar."""
    close = _close(name, known)
    return msg("did you mean '{name}'?", name=close) if close else None


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    source: Source,
    place: Place = (),
    *,
    without: Collection[str] = (),
) -> Iterator[Problem]:
    """What pydantic found wrong with the value at ``place``, which should have been a ``model``.

    Fields ``without`` which it was validated are passed over, but for their keys.
    """
    top = _value_at(source.data, place)
    found: dict[Place, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        loc = detail["loc"]
        if not loc or loc[0] not in without or loc[-1] == "[key]":
            found.setdefault(_in_file(loc, top), []).append(detail)
    for inner, details in found.items():
        deeper = any(len(other) > len(inner) and other[: len(inner)] == inner for other in found)
        others = [d for d in details if d["type"] not in KINDS]
        if deeper:  # a list is short of those of its parts that are wrong
            others = [d for d in others if d["type"] != "too_short"]
        # Of a union, the alternatives that it is not say nothing where another says more.
        told = [_mistake(d, model, inner, _value_at(top, inner)) for d in others]
        if not others and not deeper:
            kinds = list(dict.fromkeys(KINDS[detail["type"]] for detail in details))
            raw = source.text_of((*place, *inner))
            told = [wrong_kind(kinds, _name((*place, *inner)), _value_at(top, inner), raw)]
        for mistake in {str(m.message): m for m in told if m is not None}.values():
            where = (*place, *inner)
            yield source.problem(
                where, mistake.message, mistake.code, mistake.help, of_value=mistake.of_value
            )


def _mistake(
    detail: ErrorDetails,
    model: type[BaseModel],
    place: Place,
    value: Any,
) -> Mistake | None:
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "extra_forbidden":
            known = _fields_at(model, detail["loc"])
            message = msg("unknown field '{name}'", name=name)
            return Mistake("unknown-field", message, _instead_of(name, list(known)))
        case "missing":
            typed = value if isinstance(value, dict) else {}
            known = _fields_at(model, detail["loc"])
            if any(_close(key, known) == name for key in typed if key not in known):
                return None  # its name was mistyped, and that is told
            message = msg("the field '{name}' is missing", name=name)
            return Mistake("missing-field", message, _only_way(name, known.get(name)))
        case _:
            return mistake_in(detail, _name(place), value)


def _instead_of(name: str, known: Sequence[str]) -> Message:
    if name == "<<":
        return msg("YAML 1.2 has no `<<`: write out the fields that it stands for")
    return did_you_mean(name, known) or msg("there can be: {names}", names=known)


def _only_way(name: str, field: FieldInfo | None) -> Message | None:
    """How to write a field that can have one value only."""
    values = get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
    return msg("write `{text}`", text=f"{name}: {values[0]}") if len(values) == 1 else None


def _name(place: Place) -> str:
    """The key that a value stands under, itself or the list that it is in."""
    return next((step for step in reversed(place) if isinstance(step, str)), "")


def _in_file(loc: tuple[int | str, ...], data: Any) -> Place:
    """A place without the steps that pydantic adds, such as the alternatives of a union."""
    place: list[int | str] = []
    for step in loc:
        if _has(data, step):
            place.append(step)
            data = data[step]
    return tuple(place)


def _has(data: Any, step: int | str) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def _value_at(data: Any, place: Place) -> Any:
    for step in place:
        if not _has(data, step):
            return None
        data = data[step]
    return data


def _fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> dict[str, FieldInfo]:
    """The fields that there can be at this place, by name."""
    models = [model]
    for step in loc[:-1]:
        inner = [
            found
            for each in models
            for key, field in each.model_fields.items()
            if step in {key, field.alias}
            for found in _models_in(field.annotation)
        ]
        models = inner or [each for each in models if each.__name__ == step] or models
    return {
        field.alias or key: field for each in models for key, field in each.model_fields.items()
    }


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
