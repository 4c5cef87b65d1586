"""``csv``: a row for each check, for spreadsheets; no cell is a formula.

It has a byte order mark, without which Excel shows Korean as garbage.
"""

from __future__ import annotations

import csv
import io

from grader.cells import number, plain
from grader.report.contract import ReportFormat
from grader.report.items import LIMITS, Item, items, line, message, where
from grader.result import Result

COLUMNS = (
    "rubric",
    "learner_id",
    "learner",
    "objective",
    "title",
    "check",
    "type",
    "status",
    "points",
    "max_points",
    "message",
    "expected",
    "actual",
    "hint",
    "evidence",
    "places",
)
BY_HAND = "override"
"""The type of a row that stands for an objective with points given by hand."""


def render(result: Result) -> str:
    """The table, whose points add up to the score."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    for item in items(result):
        whose = (result.rubric.id, result.learner.id, result.learner.name)
        rows.writerow([plain(line(cell, LIMITS[0])) for cell in (*whose, *_about(item))])
    return f"\N{BYTE ORDER MARK}{file.getvalue()}"


def _about(item: Item) -> tuple[str, ...]:
    check, verdict = item.check, item.verdict
    return (
        item.objective.id,
        item.objective.title,
        check.id if check else "",
        check.type if check else BY_HAND,
        item.status,
        number(verdict.score),
        number(verdict.max_score),
        message(item),
        check.expected if check else "",
        check.actual if check else "",
        check.hint if check else "",
        " ".join(sorted({proof.strength.value for proof in check.evidence})) if check else "",
        " ".join(map(where, check.places)) if check else "",
    )


REPORT = ReportFormat("report.csv", render)
