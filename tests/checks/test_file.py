"""`file`: there, not there, and what stands in it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from checks.file import File
from grader.check import Status
from grader.evidence import Strength
from grader.facts import Reason
from grader.journal import Entry
from grader.needs import FileNeed
from tests.factories import evidence_of, saw, submitted
from tests.verdict_promises import told

README = submitted("README.md", "# wisheasy\r\nport 8000\r\n")


def check(**fields: object) -> File:
    return File.model_validate({"type": "file", "path": "README.md", **fields})


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"contains": "wisheasy"}, Status.PASS),
        ({"contains": "wisheasy\nport"}, Status.PASS),
        ({"contains": "Wisheasy"}, Status.FAIL),
        ({"contains": ("wisheasy", "port", "nothing")}, Status.PARTIAL),
        ({"matches": "^port [0-9]+$"}, Status.PASS),
        ({"matches": "^[0-9]+$"}, Status.FAIL),
        ({"contains": "wisheasy", "matches": "^[0-9]+$"}, Status.PARTIAL),
        ({"absent": True}, Status.FAIL),
    ],
)
def test_a_file_is_judged_by_what_stands_in_it(fields: dict[str, object], status: Status) -> None:
    assert told(check(**fields).judge(evidence_of(README))).status is status


def test_what_is_missing_is_named() -> None:
    verdict = told(check(contains=("wisheasy", "docker run")).judge(evidence_of(README)))
    assert str(verdict.message) == "README.md lacks the text docker run"
    assert "README.md" in str(verdict.hint)


def test_an_absent_file_is_shown_as_submitted_evidence() -> None:
    verdict = told(
        check(absent=True).judge(evidence_of(saw(FileNeed(path="README.md"), Reason.NOT_THERE)))
    )

    assert verdict.status is Status.PASS
    assert [proof.strength for proof in verdict.proofs] == [Strength.SUBMITTED]


@pytest.mark.parametrize("absent", [None, True])
@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([saw(FileNeed(path="README.md"), Reason.OUTSIDE)], Status.FAIL),
        ([saw(FileNeed(path="README.md"), Reason.UNREADABLE)], Status.ERROR),
        ([README, saw(FileNeed(path="README.md"), Reason.UNREADABLE, 1, "run-2")], Status.ERROR),
        ([], Status.UNPROVEN),
    ],
    ids=["outside", "unreadable", "unreadable now", "never looked"],
)
def test_what_could_not_be_looked_at_is_not_held_against_the_learner(
    answers: list[Entry], status: Status, absent: bool | None
) -> None:
    assert told(check(absent=absent).judge(evidence_of(*answers))).status is status


def test_the_last_look_counts() -> None:
    gone = saw(FileNeed(path="README.md"), Reason.NOT_THERE, 1, "run-2")
    assert told(check().judge(evidence_of(README, gone))).status is Status.FAIL
    assert told(check(absent=True).judge(evidence_of(README, gone))).status is Status.PASS


def test_another_encoding_is_named_as_the_reason() -> None:
    evidence = evidence_of(submitted("README.md", None))
    assert told(check().judge(evidence)).status is Status.PASS
    verdict = told(check(contains="x").judge(evidence))
    assert verdict.status is Status.FAIL
    assert "UTF-8" in str(verdict.hint)


@pytest.mark.parametrize(
    "fields",
    [
        {"path": " "},
        {"contains": ""},
        {"contains": ()},
        {"contains": ("a", " ")},
        {"matches": ".*"},
        {"absent": True, "contains": "a"},
        {"absent": True, "matches": "a"},
        {"absent": False},
        {"content": "a"},
    ],
)
def test_a_check_that_asserts_nothing_or_two_things_is_a_mistake(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        check(**fields)
