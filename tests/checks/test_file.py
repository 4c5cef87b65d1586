"""`file`: there, not there, and what stands in it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import Reason
from grader.journal import Entry
from grader.needs import FileNeed
from grader.series import Strength
from tests.factories import judged, minutes, saw, submitted

README = submitted("README.md", "# wisheasy\r\nport 8000\r\n")


def judge(*entries: Entry, **fields: object) -> Verdict:
    return judged("file", {"path": "README.md", **fields}, *entries)


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
    assert judge(README, **fields).status is status


def test_what_is_missing_is_named() -> None:
    verdict = judge(README, contains=("wisheasy", "docker run"))
    assert str(verdict.message) == "README.md lacks the text docker run"
    assert "README.md" in str(verdict.hint)


def test_an_absent_file_is_shown_as_submitted_evidence() -> None:
    verdict = judge(saw(FileNeed(path="README.md"), Reason.NOT_THERE, 3), absent=True)
    assert verdict.status is Status.PASS
    (proof,) = verdict.proofs
    told = (proof.strength, proof.source, proof.at)
    assert told == (Strength.SUBMITTED, "submission", minutes(3))


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
    assert judge(*answers, absent=absent).status is status


def test_a_file_by_another_name_is_to_be_renamed() -> None:
    notepad = saw(FileNeed(path="README.md"), Reason.NOT_THERE, detail="README.md.txt")
    verdict = judge(notepad)
    assert verdict.status is Status.FAIL
    assert str(verdict.hint) == "rename it: `mv README.md.txt README.md`"
    assert judge(notepad, absent=True).status is Status.PASS
    gone = judge(saw(FileNeed(path="README.md"), Reason.NOT_THERE, detail="No such file"))
    assert "create the file README.md" in str(gone.hint)


def test_the_last_look_counts() -> None:
    gone = saw(FileNeed(path="README.md"), Reason.NOT_THERE, 1, "run-2")
    assert judge(README, gone).status is Status.FAIL
    assert judge(README, gone, absent=True).status is Status.PASS


def test_another_encoding_is_named_as_the_reason() -> None:
    binary = submitted("README.md", None)
    assert judge(binary).status is Status.PASS
    verdict = judge(binary, contains="x")
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
        judge(**fields)


def test_a_file_that_is_missing_is_asked_for_by_its_name() -> None:
    gone = saw(FileNeed(path="README.md"), Reason.NOT_THERE)
    for fields in ({}, {"contains": "x"}):
        verdict = judge(gone, **fields)
        assert (verdict.status, verdict.expected) == (Status.FAIL, "README.md")
        assert "create the file README.md" in str(verdict.hint)
        assert [place.path for place in verdict.places] == ["README.md"]


def test_the_line_ends_of_an_old_mac_are_line_ends() -> None:
    assert judge(submitted("README.md", "a\rb\r"), contains="a\nb").status is Status.PASS


def test_a_file_that_git_lfs_has_not_fetched_costs_nobody_points() -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 31\n"
    verdict = judge(submitted("README.md", pointer), contains="wisheasy")
    assert verdict.status is Status.ERROR
    assert "git lfs pull" in str(verdict.hint)
    assert judge(submitted("README.md", pointer)).status is Status.PASS  # it was handed in
