"""A check in words: what its type asserts, and what a rubric's fields ask of it."""

from __future__ import annotations

import inspect
import re
from typing import Any

from grader.check import Check
from grader.messages import LANGUAGES, Message, Translator
from grader.report.plain import shorten

SHOWN = 160


def asserted(check: type[Check]) -> Message:
    """What a check type asserts: the first sentence of its docstring.

    The catalogues hold it for the built-in types; a third party's is told as it is.
    """
    doc = " ".join((inspect.getdoc(check) or "").partition("\n\n")[0].split())
    first = re.split(r"(?<=\.)\s", doc, maxsplit=1)[0]
    return Message(first.replace("``", "`"), {})


def field_in_words(value: Any, translator: Translator) -> str:
    """A value as it stands in a rubric, short enough to read."""
    return shorten(_words(value, translator), SHOWN)


def _words(value: Any, translator: Translator) -> str:
    if isinstance(value, list):
        between = "; " if any(isinstance(item, dict) for item in value) else ", "
        return between.join(_item(item, translator) for item in value)
    if isinstance(value, dict):
        if value.keys() <= set(LANGUAGES):
            return translator.text(value)
        return ", ".join(f"{key}: {_words(item, translator)}" for key, item in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(str(value).split())


def _item(item: Any, translator: Translator) -> str:
    """An item of a list: its name, where it has one. What an answer must say is not told."""
    name = item.get("name") if isinstance(item, dict) and "any" in item else None
    return _words(item if name is None else name, translator)
