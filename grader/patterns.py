"""Regular expressions of rubrics, linear in time whatever the text.

The engine is Rust's regex, which comes with pydantic (its ``regex_engine="rust-regex"``), so there
is a wheel of it for every system; of RE2 there is none for Alpine. The syntax is RE2's but for
rarities: no look-around, no back-references; ``\\w`` and ``\\d`` know all scripts.
https://docs.rs/regex/latest/regex/#syntax
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, SchemaError, SchemaValidator, core_schema

from grader.messages import msg

MAX_LENGTH = 2_000


class PatternError(ValueError):
    """A pattern that cannot be used."""

    code = "bad-pattern"


def searches(regex: str) -> Callable[[str], bool]:
    """What tells whether a text holds a match.

    Raises:
        PatternError: it is no regular expression, or takes more than 10 MB.
    """
    schema = core_schema.str_schema(pattern=regex, regex_engine="rust-regex")
    try:
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        *_, reason = re.split("error: ", str(error), flags=re.IGNORECASE)
        raise PatternError(
            msg("is not a valid regular expression: {reason}", reason=reason)
        ) from None


_searches = lru_cache(maxsize=128)(searches)
"""A class is judged by the same patterns, and some take a tenth of a second to compile."""


class Pattern:
    """A compiled pattern, a field type of checks. Searches; ``^`` and ``$`` are per line."""

    __slots__ = ("_is_all", "_is_in", "text")

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise PatternError(msg("is longer than {limit} characters", limit=MAX_LENGTH))
        self._is_in = _searches(f"(?m){text}")
        self._is_all = _searches(rf"(?m)\A(?:{text})\z")
        if self._is_in(""):
            raise PatternError(msg("matches even an empty text, so it would assert nothing"))
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def found_in(self, text: str) -> bool:
        """Whether some part of ``text`` matches."""
        return self._is_in(text)

    def is_all_of(self, text: str) -> bool:
        """Whether ``text`` as a whole matches."""
        return self._is_all(text)

    def count_in(self, text: str) -> int:
        """In how many lines of ``text`` it is found; one, where it takes several lines."""
        if not self._is_in(text):
            return 0
        return sum(map(self._is_in, text.split("\n"))) or 1

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "format": "regex", "description": "regular expression"}


def escape(text: str) -> str:
    """``text`` as a pattern that matches just it."""
    return re.escape(text)
