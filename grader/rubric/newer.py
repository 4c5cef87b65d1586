"""Rubrics in a later version of the language, of which this one would tell wrong mistakes."""

from __future__ import annotations

import re

from grader.errors import INSTALL_NEWER, Problem
from grader.messages import msg
from grader.yaml_source import Source, as_mapping

VERSION = 1
_SCHEMA = re.compile(r"grade-lab/rubric/(\d{1,9})")


def written_for_newer(source: Source) -> Problem | None:
    """That a rubric is written for a newer grade-lab than this; None when it is not.

    Raises:
        InvalidYamlError: the file is no map.
    """
    found = _SCHEMA.fullmatch(str(as_mapping(source).get("schema")))
    if found is None or int(found[1]) <= VERSION:
        return None
    message = msg(
        "the rubric is written for a newer grade-lab (format {version}; this one reads {own})",
        version=int(found[1]),
        own=VERSION,
    )
    return source.problem(("schema",), message, "newer-schema", INSTALL_NEWER, of_value=True)
