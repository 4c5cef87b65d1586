"""``prairielearn``: ``results.json`` of an external grader of PrairieLearn.

What could not be judged is *not gradable*, so that it costs no attempt. The file never exceeds a
megabyte and never holds a score outside 0 to 1, either of which PrairieLearn would refuse. Fields:
https://prairielearn.readthedocs.io/en/latest/externalGrading/#grading-results
"""

from __future__ import annotations

import json

from grader.report.contract import ReportFormat
from grader.report.items import LIMITS, Item, fitting, items, next_steps, number, told
from grader.result import Result

MAX_BYTES = 1_000_000


def render(result: Result) -> str:
    """The results; long texts are cut, and single tests left out, where they would not fit."""
    return fitting(lambda limit: _results(result, limit), MAX_BYTES)


def _results(result: Result, limit: int) -> str:
    meaning, *steps = next_steps(result, limit or LIMITS[-2])
    gradable = result.complete and result.graded_at is not None
    results: dict[str, object] = {"gradable": gradable}
    if gradable:
        results["score"] = float(result.score / result.max_score) if result.max_score else 0.0
        steps = [meaning, *steps]
    else:
        results["format_errors"] = [meaning]
    results["message"] = "\n".join(steps)
    if limit:
        results["tests"] = [_test(item, result.lang, limit) for item in items(result)]
    return json.dumps(results, ensure_ascii=False) + "\n"


def _test(item: Item, lang: str, limit: int) -> dict[str, object]:
    judged = item.status != "error"
    return {
        "name": f"{item.number} {item.title}",
        "points": number(item.verdict.score) if judged else 0,
        "max_points": number(item.verdict.max_score)
        if judged
        else 0,  # shown neither right nor wrong
        "message": "\n".join(told(item, lang, limit)),
    }


REPORT = ReportFormat("results.json", render)
