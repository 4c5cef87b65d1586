"""The patterns of a ``.dockerignore``, matched as Docker does it by a library."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2b_dockerfile_utils import PatternMatcher

# Of a pattern such as `[[a]` it prints that Python may some day read it otherwise.
warnings.filterwarnings("ignore", category=FutureWarning, module="e2b_dockerfile_utils")


def matcher(lines: Sequence[str]) -> PatternMatcher:
    """What matches these lines together, of which none is a comment.

    Raises:
        ValueError: Docker refuses one of them.
    """
    from e2b_dockerfile_utils import PatternMatcher

    return PatternMatcher(list(lines))
