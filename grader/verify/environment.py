"""The variables that a run is given, in place of those that a learner would not hand in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from grader.collect import submission as files
from grader.collect.answer import NoAnswerError

PLACEHOLDER = "grade-lab"

_EXAMPLE = re.compile(r"example|sample|template|dist\b|default", re.IGNORECASE)


def environment(folder: Path, env_files: Iterable[str], own: str | None) -> dict[str, str]:
    """The variables of the submission's env files, and over them those of the rubric's ``own``.

    An example is handed in to be read: its values are taken. Of any other env file, which may hold
    secrets, only the names are; their values are a placeholder.
    """
    given: dict[str, str] = {}
    for path in env_files:
        try:
            names = files.env_names(folder, path).names
            text = files.file(folder, path).text or ""
        except NoAnswerError:
            continue
        example = _EXAMPLE.search(posixpath.basename(path))
        values = _values(text) if example else dict.fromkeys(names, PLACEHOLDER)
        given |= {name: values.get(name, PLACEHOLDER) for name in names}
    return given | _values(own or "")


def _values(text: str) -> dict[str, str]:
    """As ``docker run --env-file`` reads it: quotes are part of a value."""
    lines = (line.lstrip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, equals, value in pairs if equals and name.split() == [name]}
