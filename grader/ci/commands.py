"""Workflow commands, which GitHub's runner obeys on a step's output.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from grader.ci.contract import Finding
from grader.report.plain import plain


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
