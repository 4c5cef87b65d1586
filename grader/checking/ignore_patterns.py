"""The patterns of a ``.dockerignore``, matched as Docker does it by a library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from grader.patterns import searches

if TYPE_CHECKING:
    from e2b_dockerfile_utils import PatternMatcher


def matcher(lines: Sequence[str]) -> PatternMatcher:
    """What matches these lines together, of which none is a comment.

    Raises:
        ValueError: Docker refuses one of them.
    """
    from e2b_dockerfile_utils import PatternMatcher, dockerignore

    vars(dockerignore)["re"] = _Linear  # with its own, ten stars take hours
    return PatternMatcher(list(lines))


class _Linear:
    """What the library uses of `re`, in time that is linear, as in Docker itself."""

    error = re.error
    escape = staticmethod(re.escape)
    sub = staticmethod(re.sub)

    def __init__(self, pattern: str) -> None:
        self._matches = searches(_as_in_go(pattern).removesuffix(r"\Z") + r"\z")

    @classmethod
    def compile(cls, pattern: str) -> Self:
        return cls(pattern)

    def match(self, path: str) -> bool | None:
        """Whether it matches: None where not. All patterns begin with ``^``."""
        return self._matches(path) or None


_CLASS = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])*\]", re.DOTALL)
_OPERATOR = re.compile(r"(\\.)|(?<=.)(?:\[(?!:)|[&~])", re.DOTALL)


def _as_in_go(pattern: str) -> str:
    """What has a meaning of its own in a class of Rust's, and in one of Go's has none, escaped."""
    return _CLASS.sub(
        lambda found: _OPERATOR.sub(lambda one: one[1] or "\\" + one[0], found[0]), pattern
    )
