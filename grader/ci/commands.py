"""GitHub's workflow commands: lines on a step's output that its runner obeys.

A line is one when, blanks aside, it begins with ``::``, or when it holds ``##[`` anywhere. The
runner compares by .NET's culture rules, to which characters that nobody sees do not exist.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
import unicodedata

from grader.ci.contract import Finding
from grader.report.plain import plain

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


def annotation(finding: Finding) -> str:
    """The command that annotates a file, or the run where no file is concerned."""
    properties = {
        "file": finding.path or "",
        "line": str(finding.line or ""),
        "title": finding.title,
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{finding.level} {told}::{_data(plain(finding.message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")
