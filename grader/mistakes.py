"""What pydantic says of a value, in words for people who know neither Python nor schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from grader.messages import Message, msg

SHOWN = 60


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A kind of mistake by its stable code, in words; ``of_value``, not of the field's name."""

    code: str
    message: Message
    help: Message | None = None
    of_value: bool = False


TEXT, LIST, MAP = msg("a text"), msg("a list"), msg("a map of fields")
WHOLE, NUMBER, TRUTH = msg("a whole number"), msg("a number"), msg("`true` or `false`")
MOMENT = msg("a date and time with its zone")
SHARE = msg("write it as a share: 70 % is `0.7`")

KINDS: Mapping[str, str] = {
    "string_type": "text",
    "list_type": "list",
    "tuple_type": "list",
    "dict_type": "map",
    "model_type": "map",
    "model_attributes_type": "map",
    "int_type": "whole",
    "int_parsing": "whole",
    "int_from_float": "whole",
    "float_type": "number",
    "float_parsing": "number",
    "decimal_type": "number",
    "decimal_parsing": "number",
    "finite_number": "number",
    "bool_type": "truth",
    "bool_parsing": "truth",
    "datetime_type": "moment",
    "datetime_parsing": "moment",
    "datetime_from_date_parsing": "moment",
    "timezone_aware": "moment",
}
"""Pydantic's errors that say that a value is of another kind, and the kind that was wanted."""

_WORDS = {
    "text": TEXT,
    "list": LIST,
    "map": MAP,
    "whole": WHOLE,
    "number": NUMBER,
    "truth": TRUTH,
    "moment": MOMENT,
}


def wrong_kind(kinds: Sequence[str], name: str, value: Any, raw: str) -> Mistake:
    """That a value is of none of these kinds; ``raw`` is how it stands in the file."""
    if "text" in kinds:  # which a number can be written as, too
        kinds = [kind for kind in kinds if kind not in {"whole", "number"}]
    wanted = _WORDS[kinds[0]]
    for kind in kinds[1:]:
        wanted = msg("{one} or {other}", one=wanted, other=_WORDS[kind])
    message = msg(
        "'{name}' must be {wanted}, and is {actual}", name=name, wanted=wanted, actual=_is(value)
    )
    return Mistake("wrong-kind", message, _instead(kinds, value, raw), of_value=True)


def _is(value: Any) -> Message:
    match value:
        case None:
            return msg("empty")
        case bool():
            return msg("`{value}`", value=str(value).lower())
        case int() | float():
            return msg("the number {value}", value=value)
        case str():
            return msg("the text '{text}'", text=_short(value))
        case list():
            return LIST
        case _:
            return MAP


def _instead(kinds: Sequence[str], value: Any, raw: str) -> Message | None:
    """What to write."""
    if value is None and {"text", "map"} & set(kinds):
        indent = msg("put two spaces before each line that belongs to it")
        return msg("write it behind the `:`") if "text" in kinds else indent
    short = raw and len(raw) <= SHOWN
    if "text" in kinds and short and (not isinstance(value, str | list | dict) or raw[0] == "{"):
        return msg("put it in quotes: `{text}`", text=f'"{raw}"')
    if "list" in kinds and short and isinstance(value, str | int | float):
        return msg("put it in brackets: `{text}`", text=f"[{raw}]")
    return _like(kinds, value, raw)


def _like(kinds: Sequence[str], value: Any, raw: str) -> Message | None:
    """What a value of these kinds looks like."""
    if "truth" in kinds:
        return msg("write `true` or `false`")
    if "list" in kinds and isinstance(value, dict):
        return msg("begin each part of the list with `- `")
    if "map" in kinds and isinstance(value, str) and re.match(r"[\w-]+:\S", value):
        return msg("put a space behind each `:`")
    if "number" in kinds and re.fullmatch(r"[\d.]+ *%", raw):
        return msg("leave out the `%`; as a share, 70 % is `0.7`")
    if kinds == ["map"]:
        return msg("write it like `{example}`", example="{name: value}")
    examples = {"moment": "2026-11-30T23:59:00+09:00", "whole": "10", "number": "10"}
    example = next((examples[kind] for kind in kinds if kind in examples), None)
    return msg("write it like `{example}`", example=example) if example else None


def mistake_in(detail: ErrorDetails, name: str, value: Any) -> Mistake:
    """What else can be wrong with a value."""
    context: Mapping[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return _own_words(detail, context, name)
        case "literal_error" | "enum":
            expected = str(context["expected"])
            known = re.findall(r"'((?:[^'\\]|\\.)*)'", expected) or [expected]
            return _unknown_value(known, name, value)
        case "string_pattern_mismatch":
            return _bad_form(detail, str(context["pattern"]), name, value)
        case "too_short" | "string_too_short" if not value:
            return Mistake("empty", msg("'{name}' is empty", name=name), of_value=True)
        case kind if kind in _RANGES:
            key, template = _RANGES[kind]
            limit = Message(template.template, {"limit": _plain(context[key])})
            message = msg("'{name}' must be {range}", name=name, range=limit)
            is_share = detail["type"] == "less_than_equal" and context[key] == 1
            return Mistake("out-of-range", message, SHARE if is_share else None, of_value=True)
        case _:
            message = msg("'{name}': {reason}", name=name, reason=detail["msg"])
            return Mistake("invalid-value", message, of_value=True)


def _bad_form(detail: ErrorDetails, pattern: str, name: str, value: Any) -> Mistake:
    if choice := re.fullmatch(r"\^\(([\w|]+)\)\$", pattern):
        return _unknown_value(choice[1].split("|"), name, value)
    is_key = detail["loc"][-1:] == ("[key]",)
    typed = _short(str(detail["input"] if is_key else value))
    aid = FORMS.get(pattern) or msg("it must match the pattern {pattern}", pattern=pattern)
    message = msg("'{value}' cannot be used here", value=typed)
    return Mistake("bad-form", message, aid, of_value=not is_key)


def _own_words(detail: ErrorDetails, context: Mapping[str, Any], name: str) -> Mistake:
    """What a check or a field says of itself: ``ValueError(msg(…))``, or in plain English."""
    said = context["error"].args[0] if context.get("error") and context["error"].args else ""
    reason = said if isinstance(said, Message) else detail["msg"].removeprefix("Value error, ")
    code = getattr(context.get("error"), "code", "invalid-value")
    if not detail["loc"] or not name:
        return Mistake(code, msg("{reason}", reason=reason))
    return Mistake(code, msg("'{name}' {reason}", name=name, reason=reason), of_value=True)


def _unknown_value(known: Sequence[str], name: str, value: Any) -> Mistake:
    message = msg("'{name}' cannot be '{value}'", name=name, value=_short(str(value)))
    close = get_close_matches(str(value), known, n=1, cutoff=0.5)
    if close and len(known) > 1:
        aid = msg("did you mean '{name}'? It can be: {known}", name=close[0], known=known)
    else:
        aid = msg("it can be: {known}", known=known)
    return Mistake("unknown-value", message, aid, of_value=True)


def _plain(limit: float) -> str:
    return str(int(limit)) if limit == int(limit) else str(limit)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


_RANGES = {
    "greater_than": ("gt", msg("more than {limit}")),
    "greater_than_equal": ("ge", msg("{limit} or more")),
    "less_than": ("lt", msg("less than {limit}")),
    "less_than_equal": ("le", msg("{limit} or less")),
    "too_short": ("min_length", msg("no shorter than {limit}")),
    "string_too_short": ("min_length", msg("no shorter than {limit}")),
    "too_long": ("max_length", msg("no longer than {limit}")),
    "string_too_long": ("max_length", msg("no longer than {limit}")),
    "decimal_max_places": (
        "decimal_places",
        msg("a number with at most {limit} digits after the point"),
    ),
}

FORMS = {
    r"^[a-z0-9][a-z0-9_-]{0,63}$": msg(
        "use lower-case letters, digits, `-` and `_`, beginning with a letter or digit"
    ),
    r"^[a-z][a-z0-9_]*$": msg("use lower-case letters, digits and `_`, beginning with a letter"),
    r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$": msg(
        "the name of a container has letters, digits, `_`, `.` and `-`, at least two of them"
    ),
    r"^[a-zA-Z0-9._-]+$": msg("use letters, digits, `.`, `_` and `-`"),
    r"^[a-z0-9][a-z0-9_-]*$": msg(
        "use lower-case letters, digits, `-` and `_`, beginning with a letter or digit"
    ),
    r"^/[!-~]*$": msg("a path of a web address begins with `/` and has no spaces"),
}
"""What a pattern of a field means."""
