"""A class that was graded, for tests of what comes out of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.batch.model import Assignment, ObjectiveRow, Row
from grader.batch.outputs.contract import Graded
from grader.check import Status
from grader.result import Learner
from grader.rubric.load import load
from grader.rubric.model import Rubric

RUBRIC = """\
schema: grade-lab/rubric/1
id: lab
title: {en: Containers, ko: 컨테이너}
late:
  deadline: 2026-11-30T23:59:00+09:00
  per_day: 10%
objectives:
  - {id: build, title: {en: An image was built, ko: 이미지를 만들었다}, points: 10,
     checks: [{type: file, path: a}]}
  - {id: answers, title: {en: Answers, ko: 답}, points: 10, checks: [{type: file, path: b}]}
"""


def rubric(tmp_path: Path) -> Rubric:
    path = tmp_path / "rubric.yaml"
    path.write_text(RUBRIC, encoding="utf-8")
    return load(path)


def row(label: str, final: str = "15", name: str = "", **fields: Any) -> Row:
    """A submission that was judged, with ``final`` of 20 points; its label is the learner's id."""
    points = Decimal(final)
    objectives = (
        ObjectiveRow(
            id="build", status=Status.PASS, score=min(points, Decimal(10)), max_score=Decimal(10)
        ),
        ObjectiveRow(
            id="answers",
            status=Status.REVIEW,
            score=max(points - 10, Decimal(0)),
            max_score=Decimal(10),
            message="copied from the lesson",
        ),
    )
    told = {
        "learner": Learner(id=label, name=name),
        "score": points,
        "final": points,
        "max_score": Decimal(20),
        "complete": True,
        "objectives": objectives,
        "report": f"learners/{label}",
        **fields,
    }
    return Row(label=label, key="k", **told)


def broken(label: str, error: str = "no archive", **fields: Any) -> Row:
    """A submission that could not be judged."""
    told = {"learner": Learner(id=label), **fields}
    return Row(label=label, key="", error=error, **told)


def graded(tmp_path: Path, rows: Iterable[Row], **fields: Any) -> Graded:
    """The class of these rows."""
    lang, roster = fields.pop("lang", "en"), fields.pop("roster", None)
    kept = list(rows)
    assignment = Assignment(rubric=tmp_path / "rubric.yaml", out=tmp_path, lang=lang, roster=roster)
    return Graded(lambda: iter(kept), rubric(tmp_path), assignment, **fields)


def table(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    """What a spreadsheet reads."""
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def sheet(
    path: Path, records: Sequence[Sequence[str]], encoding: str = "utf-8", **how: Any
) -> Path:
    """A file as an LMS exports it."""
    text = io.StringIO(newline="")
    csv.writer(text, **how).writerows(records)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
