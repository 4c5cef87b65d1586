"""`answer`: points by concepts, misconceptions that cost or go to review, copies, empty answers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import Reason
from grader.messages import Translator
from grader.needs import FileNeed
from tests.factories import judged, saw, submitted

KERNEL = {
    "name": {"en": "shares the kernel", "ko": "커널을 함께 쓴다"},
    "any": ["커널 + 공유", "shares the kernel"],
}
SPEED = {"name": "starts quickly", "any": ["빠르", "몇 초", "seconds"]}
GUEST = {"name": "a VM has a guest OS", "any": ["게스트 OS", "guest OS"], "weight": 2}
CHOICE = {
    "name": "one excludes the other",
    "any": ["배타적", "하나만 써야", "mutually exclusive"],
    "unless": ["오해였다"],
    "cost": 0.5,
}
RIGHT = "컨테이너는 호스트의 커널을 공유하고 몇 초 만에 뜬다. VM에는 게스트OS가 있다."


def answered(text: str, **fields: Any) -> Verdict:
    sheet = submitted("answers.md", f"# Answers\n\n## vm\n\n{text}\n")
    default = {"question": "vm", "concepts": [KERNEL, SPEED, GUEST]}
    return judged("answer", {**default, **fields}, sheet)


def test_an_answer_that_names_every_concept_passes() -> None:
    verdict = answered(RIGHT)
    assert verdict.status is Status.PASS
    told = "mentions: shares the kernel, starts quickly, a VM has a guest OS"
    assert str(verdict.actual) == told


@pytest.mark.parametrize(
    ("text", "need", "ratio"),
    [
        ("몇 초 만에 뜬다", None, Fraction(1, 4)),
        ("게스트 OS가 있다", None, Fraction(1, 2)),
        ("게스트 OS가 있다", 3, Fraction(2, 3)),
        ("게스트 OS가 있다", 2, Fraction(1)),
        (RIGHT, 2, Fraction(1)),
        ("잘 모르겠습니다", 2, Fraction(0)),
    ],
)
def test_points_are_the_share_of_what_is_needed(
    text: str, need: float | None, ratio: Fraction
) -> None:
    verdict = answered(text, need=need)
    assert verdict.ratio == ratio
    expected = {Fraction(1): Status.PASS, Fraction(0): Status.FAIL}.get(ratio, Status.PARTIAL)
    assert verdict.status is expected


def test_what_is_missing_is_named_in_the_reader_s_language_without_giving_the_phrases_away() -> (
    None
):
    verdict = answered("VM에는 게스트 OS가 있다")
    assert "shares the kernel, starts quickly" in Translator("en").text(verdict.message)
    told = " ".join(
        Translator("ko").text(text)
        for text in (verdict.message, verdict.expected, verdict.actual, verdict.hint)
        if text
    )
    assert "커널을 함께 쓴다" in told
    assert "seconds" not in told
    assert "몇 초" not in told


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        (f"{RIGHT} 둘은 배타적이다.", Fraction(1, 2)),
        (f"{RIGHT} 둘은 배타적이지 않다.", Fraction(1)),
        (f"{RIGHT} VM과 컨테이너는 둘 중에 하나만 써야 하는, 배타적인 개념이 아님", Fraction(1)),
        (f"{RIGHT} They are not mutually exclusive.", Fraction(1)),
        (f"{RIGHT} 배타적이라고 생각했는데 그것은 오해였다.", Fraction(1)),
        ("몇 초 만에 뜬다. 둘은 배타적이다.", Fraction(0)),
    ],
)
def test_a_misconception_costs_its_share_unless_it_is_denied(text: str, ratio: Fraction) -> None:
    verdict = answered(text, misconceptions=[CHOICE])
    assert verdict.ratio == ratio
    assert ("one excludes the other" in str(verdict.message)) is (ratio < 1)


def test_a_flagged_misconception_goes_to_review() -> None:
    flagged = {**CHOICE, "cost": "flag"}
    verdict = answered(f"{RIGHT} 둘은 배타적이다.", misconceptions=[flagged])
    assert verdict.status is Status.REVIEW
    assert [proof.source for proof in verdict.proofs] == ["submission"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("빠르다.", Status.REVIEW), ("모 르 겠 다 모 르 겠 다", Status.FAIL), (RIGHT, Status.PASS)],
)
def test_a_very_short_answer_is_read_by_a_person_if_it_says_anything(
    text: str, status: Status
) -> None:
    assert answered(text, min_chars=12).status is status


def test_an_answer_copied_from_the_lesson_goes_to_review_with_what_was_copied() -> None:
    lesson = f"{RIGHT} 그래서 컨테이너는 가볍고, 이미지 하나로 어디서나 같은 환경을 만든다."
    # Without a rubric file around it, `source_text` is the text itself.
    verdict = answered(lesson, source_text=f"# Lesson\n\n{lesson}")
    assert verdict.status is Status.REVIEW
    assert "커널을 공유하고" in str(verdict.actual)
    assert [proof.source for proof in verdict.proofs] == ["submission"]
    assert answered(lesson, source_text="# Another lesson").status is Status.PASS


@pytest.mark.parametrize("sheet", ["", "# Answers\n", "## vm\n", "## vm\n\n<!-- here -->\n\n---\n"])
def test_no_answer_fails_and_the_hint_shows_the_heading(sheet: str) -> None:
    fields = {"question": "vm", "concepts": [KERNEL]}
    verdict = judged("answer", fields, submitted("answers.md", sheet))
    assert verdict.status is Status.FAIL
    assert "## vm" in str(verdict.hint)
    assert [proof.source for proof in verdict.proofs] == ["submission"]
    assert [place.path for place in verdict.places] == ["answers.md"]


@pytest.mark.parametrize(
    ("reason", "status"), [(Reason.NOT_THERE, Status.FAIL), (Reason.UNREADABLE, Status.ERROR)]
)
def test_the_file_of_answers_is_not_there(reason: Reason, status: Status) -> None:
    fields = {"question": "vm", "concepts": [KERNEL]}
    assert judged("answer", fields, saw(FileNeed(path="answers.md"), reason)).status is status


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"concepts": []},
        {"concepts": [{"name": "a", "any": []}]},
        {"concepts": [{"name": "a", "any": ["…"]}]},
        {"concepts": [{"name": "a", "any": ["a"], "weight": 0}]},
        {"concepts": [KERNEL], "need": 2},
        {"concepts": [KERNEL], "need": 0},
        {"min_chars": 10, "need": 1},
        {"misconceptions": [{**CHOICE, "cost": 2}]},
        {"misconceptions": [{**CHOICE, "cost": "all"}]},
    ],
)
def test_a_mistake_in_the_rubric_is_told(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judged("answer", {"question": "vm", **fields})


@given(st.text())
def test_any_answer_is_judged(text: str) -> None:
    verdict = answered(text, misconceptions=[CHOICE], min_chars=5, source_text="a lesson")
    assert verdict.status is not Status.ERROR


def test_where_an_answer_is_wrong_is_told_by_its_line() -> None:
    verdict = answered("몇 초 만에 뜬다")
    assert [(place.path, place.line) for place in verdict.places] == [("answers.md", 3)]
    mentions = "mentions: shares the kernel, starts quickly, a VM has a guest OS"
    assert (str(verdict.expected), str(verdict.actual)) == (mentions, "mentions: starts quickly")
    assert not verdict.pending
    assert [str(proof.detail) for proof in verdict.proofs] == ["the answer to vm has 6 characters"]


def test_a_review_tells_what_the_answer_says_and_what_is_missing() -> None:
    flagged = {**CHOICE, "cost": "flag"}
    verdict = answered("몇 초 만에 뜬다. 둘은 배타적이다.", misconceptions=[flagged])
    assert verdict.status is Status.REVIEW
    assert "does not mention: shares the kernel" in str(verdict.message)
    assert "misconception: one excludes the other" in str(verdict.message)
    assert "a VM has a guest OS" in str(verdict.expected)
    assert str(verdict.actual) == "mentions: starts quickly"
    assert "lesson" in str(verdict.hint)


def test_a_flag_beside_a_misconception_that_costs_sends_it_to_review() -> None:
    flagged = {**CHOICE, "name": "myth", "any": ["느리"], "cost": "flag"}
    both = answered(f"{RIGHT} 둘은 배타적이다. 느리다.", misconceptions=[CHOICE, flagged])
    assert both.status is Status.REVIEW
    assert "one excludes the other, myth" in str(both.message)


def test_a_short_answer_is_told_how_long_it_should_be() -> None:
    for text, count in (("빠 르 다", 3), ("빠" * 11, 11)):
        verdict = answered(text, min_chars=12, concepts=[])
        assert verdict.status is Status.REVIEW
        told = (str(verdict.expected), str(verdict.actual))
        assert told == ("at least 12 characters without spaces", f"{count} characters")
        assert "`## vm` in answers.md" in str(verdict.hint)
        assert verdict.proofs
    assert answered("빠" * 12, min_chars=12, concepts=[]).status is Status.PASS


@pytest.mark.parametrize(
    "sheet",
    [
        "{}\n\n{}",
        "1. {}\n{}",
        "Q1. {}\n{}",
        "[{}]\n{}",
        "{}: {}",
        "- **{}**: {}",
        "| {} | {} |",
        "> {}\n\n{}",
        "<h2>{}</h2>\n{}",
        "```\n{}\n{}\n```",
    ],
)
def test_an_answer_below_a_line_that_is_no_heading_goes_to_a_person(sheet: str) -> None:
    text = sheet.format("vm-vs-container", "They share the host's kernel.")
    fields = {"question": "vm-vs-container", "concepts": [KERNEL]}
    verdict = judged("answer", fields, submitted("answers.md", f"# Answers\n\n{text}\n"))
    assert verdict.status is Status.REVIEW
    assert "vm-vs-container is no heading in answers.md" in str(verdict.message)
    assert "## vm-vs-container" in str(verdict.hint)


@pytest.mark.parametrize(
    "sheet",
    [
        "## other\n\nvm-vs-container is what I would ask about\n",
        "## other\n\nvm-vs-container-2: no\n",
        "<!--\nvm-vs-container\ndockerfile\n-->\n",
        "## vm-vs-container\n\n## other\n\nvm-vs-container: above\n",
    ],
)
def test_an_id_in_a_sentence_or_comment_is_no_answer(sheet: str) -> None:
    fields = {"question": "vm-vs-container", "concepts": [KERNEL]}
    verdict = judged("answer", fields, submitted("answers.md", sheet))
    assert verdict.status is Status.FAIL


def test_an_answer_in_a_comment_is_told_to_be_unread() -> None:
    sheet = "## vm\n\n<!-- They share the host's kernel. -->\n"
    verdict = judged(
        "answer", {"question": "vm", "concepts": [KERNEL]}, submitted("answers.md", sheet)
    )
    assert verdict.status is Status.FAIL
    assert "between `<!--` and `-->` is not read" in str(verdict.message)


def test_comments_that_are_never_closed_are_gone_through_once() -> None:
    """Else this would take minutes."""
    fields = {"question": "vm-vs-container", "concepts": [KERNEL]}
    verdict = judged("answer", fields, submitted("answers.md", "<!--" * 25_000))
    assert verdict.status is Status.FAIL


def test_an_answer_in_the_heading_itself_goes_to_a_person_and_a_title_does_not() -> None:
    fields = {"question": "vm", "concepts": [KERNEL, SPEED], "min_chars": 10}
    whole = "## vm: it shares the kernel and starts in seconds\n"
    verdict = judged("answer", fields, submitted("answers.md", whole))
    assert verdict.status is Status.REVIEW
    assert "the answer to vm stands in its heading" in str(verdict.message)
    for title in ("## vm: which of them shares the kernel?\n", "## vm:\n"):
        assert judged("answer", fields, submitted("answers.md", title)).status is Status.FAIL
    only_long = {"question": "vm", "min_chars": 10}
    assert judged("answer", only_long, submitted("answers.md", "## vm\n")).status is Status.FAIL
