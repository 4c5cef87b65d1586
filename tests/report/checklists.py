"""Checklists of a lab that is being done, for the tests of what shows them."""

from __future__ import annotations

import io
from dataclasses import replace

from grader.report.checklist import Alert, Checklist, Row, Step, checklist
from tests.results import a_result

NOTICE = "recording; keep this running while you work"


def shown(lang: str = "en", notice: str = NOTICE) -> Checklist:
    return checklist(a_result(lang), notice=notice)


def rows(count: int, done: int = 0) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"o{i}",
            f"objective {i}",
            *(("pass", "Passed") if i < done else ("fail", "To do")),
            "0",
            "5",
        )
        for i in range(count)
    )


def a_list(count: int = 3, done: int = 0, **fields: object) -> Checklist:
    following = Step(f"objective {done}", "nothing was seen", "Run `docker ps`.", ("docker ps",))
    default = Checklist(
        "en", "A lab", "5", "15", rows(count, done), replace(following, id=f"o{done}")
    )
    return replace(default, **{"notice": NOTICE, **fields})


def full_of(text: str) -> Checklist:
    """A checklist in which the text stands wherever one can."""
    row = Row(text, text, "fail", text, text, text, wrong=True, fresh=True)
    step = Step(text, text, text, (text, f"docker {text}"), "y")
    alert = Alert(text, text, f"{text}\n{text}", text, "x")
    return Checklist("en", text, "1", "2", (row,), step, (alert,), text)


def news(file: io.StringIO) -> str:
    """What was written since this was asked last."""
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text
