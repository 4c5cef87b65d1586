"""Files that Git LFS keeps elsewhere: a pointer stands in their place until they are fetched."""

from __future__ import annotations

from typing import Final

from grader.messages import msg

POINTER: Final = "version https://git-lfs.github.com/spec/"
"""How a pointer begins (git-lfs, docs/spec.md)."""
FETCH: Final = msg("run `git lfs pull`; in a workflow, give actions/checkout `lfs: true`")
