"""Lines in the log of a CI system, none of which GitHub's runner takes for a workflow command.

A line is one when, blanks aside, it begins with ``::``, or when it holds ``##[`` anywhere. The
runner compares by .NET's culture rules, to which characters that nobody sees do not exist.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
import unicodedata

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\uffff"
    "\U000e0000-\U000e0fff]"
)
"""Besides the categories Cc and Cf: DerivedCoreProperties.txt, Default_Ignorable_Code_Point."""

_COMMAND = re.compile(r"^(\s*):(?=:)")


def inert(line: str) -> str:
    """A line that looks the same and commands nothing."""
    seen = "".join(
        char
        for char in _IGNORABLE.sub("", line)
        if unicodedata.category(char) not in {"Cc", "Cf"} or char == "\t"
    )
    return _COMMAND.sub(r"\1: ", seen.replace("##[", "# #["))
