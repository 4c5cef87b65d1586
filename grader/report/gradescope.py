"""``gradescope``: ``results.json`` of a Gradescope autograder.

Gradescope knows a test as passed or failed and nothing else, so the status itself is a tag and in
``extra_data``. All texts are plain: Gradescope would otherwise read some as HTML. Fields:
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json

from grader.report.contract import ReportFormat
from grader.report.items import MAX_TITLE, Item, items, line, next_steps, number, told
from grader.result import Result


def render(result: Result) -> str:
    """The results, in which the points of the tests add up to the score."""
    results = {
        "score": number(result.score),
        "output": "\n".join(next_steps(result)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "extra_data": {
            "rubric": line(result.rubric.id, MAX_TITLE),
            "rubric_sha256": line(result.rubric.sha256, MAX_TITLE),
            "passed": result.passed,
            "complete": result.complete,
        },
        "tests": [_test(item, result.lang) for item in items(result)],
    }
    return json.dumps(results, ensure_ascii=False, indent=2) + "\n"


def _test(item: Item, lang: str) -> dict[str, object]:
    return {
        "name": item.title,
        "number": item.number,
        "score": number(item.verdict.score),
        "max_score": number(item.verdict.max_score),
        "status": "passed" if item.status == "pass" else "failed",
        "output": "\n".join(told(item, lang)),
        "tags": [item.status],
        "extra_data": {"id": line(item.verdict.id, MAX_TITLE), "status": item.status},
    }


REPORT = ReportFormat("results.json", render)
