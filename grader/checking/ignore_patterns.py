"""The patterns of a ``.dockerignore``, matched as Docker does it by a library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import re2

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

    error = re2.error
    escape = staticmethod(re2.escape)
    sub = staticmethod(re.sub)

    @staticmethod
    def compile(pattern: str) -> Any:
        options = re2.Options()
        options.log_errors = False
        return re2.compile(pattern.removesuffix(r"\Z") + r"\z", options)
