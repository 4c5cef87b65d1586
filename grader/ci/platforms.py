"""Which CI system this is, told by the variables that it documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.ci.contract import Platform
from grader.ci.github import GitHub
from grader.ci.gitlab import GitLab
from grader.ci.plain import Plain


def detect(env: Mapping[str, str], folder: Path) -> Platform:
    """The platform of this environment; ``folder`` is the repository's where it does not say so."""
    if env.get("GITHUB_ACTIONS") == "true":
        return GitHub(env, folder)
    if env.get("GITLAB_CI"):
        return GitLab(env, folder)
    return Plain(folder)
