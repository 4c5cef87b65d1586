"""The contract of a report format, found through the entry-point group ``grade_lab.reports``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.result import Result


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """``filename`` in the output folder, and ``render``, which turns a result into its text."""

    filename: str
    render: Callable[[Result], str]
