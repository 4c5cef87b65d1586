"""``classroom``: the result of a test runner of GitHub Classroom, for its autograding reporter.

A step gives it to the reporter as the output ``result``, in Base64; the reporter finds it in an
environment variable, which Linux limits to 128 KiB. It prints names and messages into the log, and
adds up ``score``. Fields: https://github.com/classroom-resources/autograding-grading-reporter
"""

from __future__ import annotations

import json

from grader.messages import Translator
from grader.report import words
from grader.report.contract import ReportFormat
from grader.report.items import MAX_TITLE, Item, fitting, items, line, message, number
from grader.result import Result

MAX_BYTES = 90 * 1024
"""Of which Base64 makes 120 KiB."""


def render(result: Result) -> str:
    """The result; long texts are cut, or all told as one test, where it would not fit."""
    return fitting(lambda limit: _result(result, limit), MAX_BYTES)


def status(result: Result) -> str:
    """``pass``, ``fail`` or ``error``, as the exit code of the command says it."""
    if not result.complete:
        return "error"
    return "pass" if result.passed else "fail"


def _result(result: Result, limit: int) -> str:
    tests = [_test(item, result.lang, limit) for item in items(result)] if limit else [_all(result)]
    told = {
        "version": 1,
        "status": status(result),
        "max_score": number(result.max_score),
        "tests": tests,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


def _test(item: Item, lang: str, limit: int) -> dict[str, object]:
    name, found = f"{item.number} {item.title}", line(message(item), limit)
    if item.status != "pass":  # of a failed test, the reporter tells nothing but the name
        name = f"{name}: {Translator(lang).text(words.STATUS[item.status])}. {found}"
        found = name
    verdict = {"pass": "pass", "error": "error"}.get(item.status, "fail")
    row = _row(name, verdict, number(item.verdict.score), found)
    for place in item.check.places[:1] if item.check else ():
        row |= {"filename": line(place.path, MAX_TITLE), "line_no": place.line or 0}
    return row


def _all(result: Result) -> dict[str, object]:
    title = line(result.rubric.title, MAX_TITLE)
    return _row(title, status(result), number(result.score), title)


def _row(name: str, verdict: str, score: float, told: str) -> dict[str, object]:
    # The reporter prints "line undefined" for a test without `line_no`; 0 means that it has none.
    return {
        "name": name,
        "status": verdict,
        "score": score,
        "message": told,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": 0,
    }


REPORT = ReportFormat("classroom.json", render)
