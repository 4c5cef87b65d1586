"""What is wrong in a file of the submission is told with its file, and its line where known."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from grader.facts import Reason
from grader.journal import Entry
from grader.judge import judge
from grader.needs import FileNeed, ImageNeed, TreeNeed
from grader.plugins import check_type
from grader.result import Learner, Result
from grader.rubric.model import Objective, Rubric
from tests.factories import an_image, journal_of, saw, submitted

REF = "app:1.0"
BAD = "FROM python:latest\nWORKDIR /app\nCMD python app.py\n"
ANSWERS = "# Mine\n\n## vm\n\nno idea\n\n## log-line\n\nnothing of the kind\n"
HISTORY = ("/bin/sh -c #(nop) ADD file:2d8f in / ", "WORKDIR /app", 'CMD ["python" "app.py"]')


def graded(kind: str, fields: dict[str, Any], *entries: Entry) -> Result:
    check = check_type(kind).model_validate_json(json.dumps({"type": kind, **fields}))
    objective = Objective.model_construct(
        id="a", title="A", points=Decimal(1), requires=(), checks=(check,)
    )
    rubric = Rubric(schema="grade-lab/rubric/1", id="r", title="R", objectives=(objective,))
    return judge(rubric, journal_of(*entries), Learner())


@pytest.mark.parametrize(
    ("kind", "fields", "entries", "places"),
    [
        (
            "dockerfile",
            {"rules": ["no-latest-base", "exec-form"], "instructions": ["HEALTHCHECK"]},
            [submitted("Dockerfile", BAD)],
            [("Dockerfile", None), ("Dockerfile", 1), ("Dockerfile", 3)],
        ),
        ("dockerfile", {"instructions": ["CMD"]}, [], []),
        (
            "dockerfile",
            {"instructions": ["CMD"]},
            [saw(FileNeed(path="Dockerfile"), Reason.NOT_THERE)],
            [("Dockerfile", None)],
        ),
        (
            "dockerfile",
            {"instructions": ["CMD"]},
            [submitted("Dockerfile", "FROM a\nNONSENSE\n")],
            [("Dockerfile", 2)],
        ),
        (
            "dockerignore",
            {"excludes": [".env"], "keeps": ["app.py"]},
            [submitted(".dockerignore", "# all\n*.py\n")],
            [(".dockerignore", None), (".dockerignore", 2)],
        ),
        (
            "dockerignore",
            {"excludes": [".env"]},
            [submitted(".dockerignore", ".env\n[\n")],
            [(".dockerignore", 2)],
        ),
        (
            "file",
            {"path": "notes.txt", "contains": "x"},
            [submitted("notes.txt", "y")],
            [("notes.txt", None)],
        ),
        ("file", {"path": ".env", "absent": True}, [submitted(".env", "y")], [(".env", None)]),
        (
            "answer",
            {"question": "vm", "concepts": [{"name": "kernel", "any": ["kernel"]}]},
            [submitted("answers.md", ANSWERS)],
            [("answers.md", 3)],
        ),
        (
            "answer",
            {"question": "other", "min_chars": 5},
            [submitted("answers.md", ANSWERS)],
            [("answers.md", None)],
        ),
        (
            "quoted",
            {"question": "log-line", "of": "image_id", "image": REF},
            [submitted("answers.md", ANSWERS), saw(ImageNeed(image=REF), an_image(REF))],
            [("answers.md", 7)],
        ),
        (
            "built_from",
            {"image": REF, "source": {"/app": "src"}},
            [
                saw(ImageNeed(image=REF), an_image(REF, history=HISTORY)),
                submitted("Dockerfile", BAD),
                saw(TreeNeed(path="src"), Reason.NOT_THERE),
            ],
            [("Dockerfile", 3), ("src", None)],
        ),
        ("file", {"path": "notes.txt"}, [submitted("notes.txt", "y")], []),
    ],
)
def test_a_check_tells_where(
    kind: str, fields: dict[str, Any], entries: list[Entry], places: list[tuple[str, int | None]]
) -> None:
    [objective] = graded(kind, fields, *entries).objectives
    told = objective.checks[0].places
    assert [(place.path, place.line) for place in told] == places
    assert all(place.message for place in told)


def test_a_place_says_what_is_wrong_there_and_not_where_again() -> None:
    fields = {"rules": ["no-latest-base", "exec-form"]}
    result = graded("dockerfile", fields, submitted("Dockerfile", BAD))
    first, second = result.objectives[0].checks[0].places
    assert first.message != second.message
    assert "Dockerfile:" not in first.message + second.message


def test_an_older_result_without_places_is_still_read() -> None:
    result = graded("file", {"path": "a"}, submitted("a", "x"))
    told = json.loads(result.model_dump_json(by_alias=True))
    del told["objectives"][0]["checks"][0]["places"]
    assert Result.model_validate_json(json.dumps(told)) == result
