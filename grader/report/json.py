"""``json``: the result as it is, for machines; its JSON Schema is `Result`'s."""

from __future__ import annotations

from grader.report.contract import ReportFormat
from grader.result import Result


def render(result: Result) -> str:
    """The result as indented JSON: the same result gives the same bytes."""
    return result.model_dump_json(indent=2, by_alias=True) + "\n"


REPORT = ReportFormat("result.json", render)
