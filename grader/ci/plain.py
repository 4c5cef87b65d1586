"""Any other CI system: ``file:line: message`` lines, which editors and problem matchers read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader.ci.contract import Finding, Graded
from grader.report.plain import one_line, plain


class Plain:
    """A runner about which nothing more is known."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def log(self, table: str, graded: Graded) -> str:
        return "\n".join([*map(plain, table.splitlines()), *lines(graded.findings), ""])

    def refused(self, finding: Finding) -> str:  # noqa: ARG002 # standard error says it all
        return ""

    def publish(self, graded: Graded) -> None:
        """There is nothing that such a runner would read."""


def lines(findings: Iterable[Finding]) -> list[str]:
    """What is wrong in files, as compilers tell it; the rest stands in the table."""
    return [
        one_line(f"{finding.path}:{finding.line or 1}: {finding.level}: {finding.in_one_line}")
        if finding.path
        else one_line(f"grade-lab: {finding.in_one_line}")
        for finding in findings
        if finding.path or not finding.check
    ]
