"""Regular expressions of rubrics: RE2, linear in time whatever the text (RE2's own guarantee)."""

from __future__ import annotations

from typing import Any

import re2
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from grader.messages import msg

MAX_LENGTH = 2_000


class PatternError(ValueError):
    """A pattern that cannot be used."""

    code = "bad-pattern"


class Pattern:
    """A compiled RE2 pattern, a field type of checks. Searches; ``^`` and ``$`` are per line."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise PatternError(msg("is longer than {limit} characters", limit=MAX_LENGTH))
        try:
            self._compiled = re2.compile(f"(?m){text}", _OPTIONS)
        except re2.error as error:
            reason = error.args[0]
            reason = reason.decode() if isinstance(reason, bytes) else str(reason)
            told = msg("is not a valid RE2 pattern: {reason}", reason=reason.replace("(?m)", "", 1))
            raise PatternError(told) from None
        if self._compiled.search("") is not None:
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
        return self._compiled.search(text) is not None

    def is_all_of(self, text: str) -> bool:
        """Whether ``text`` as a whole matches."""
        return self._compiled.fullmatch(text) is not None

    def count_in(self, text: str) -> int:
        """How many parts of ``text``, not overlapping, match."""
        return sum(1 for _ in self._compiled.finditer(text))

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
        return {"type": "string", "format": "regex", "description": "RE2 pattern"}


_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 << 20


def escape(text: str) -> str:
    """``text`` as a pattern that matches just it."""
    return str(re2.escape(text))
