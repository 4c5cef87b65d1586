"""An answer that is the lesson's own words is told from one in the learner's words."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grader.checking.overlap import GRAM, MIN_LETTERS, overlap
from grader.checking.phrases import Plain
from tests.factories import hex_id

LESSON = (
    "Container 기술을 기반으로 **앱 실행 환경을 격리**하고 관리하는 도구이며, "
    "OS 레벨의 가상화를 통해 동일한 OS 안에 있는 각 앱의 실행 공간을 논리적으로 분리합니다. "
    "가볍고 빠르면서도 실행이 안정적입니다."
)
OWN = (
    "컨테이너를 쓰면 내 컴퓨터에서 돌던 프로그램이 다른 사람의 컴퓨터에서도 똑같이 돕니다. "
    "운영체제 하나를 여럿이 나누어 쓰지만 서로의 파일과 프로세스는 보지 못하니, "
    "서로 방해하지 않고 금방 켜지고 금방 꺼집니다."
)


def test_a_copy_with_other_spacing_and_punctuation_is_a_copy() -> None:
    found = overlap(Plain.of(LESSON.replace(" ", "").replace("**", "'")), LESSON)
    assert found.share == 1
    assert found.longest.startswith("Container기술을")


def test_one_s_own_words_are_no_copy() -> None:
    assert not overlap(Plain.of(OWN), LESSON).copied


def test_a_quotation_in_an_answer_of_one_s_own_is_no_copy_but_is_shown() -> None:
    quoted = LESSON[:50]
    found = overlap(Plain.of(f"{OWN} 교재는 이렇게 말합니다: {quoted}"), LESSON)
    assert not found.copied
    assert quoted in found.longest


def test_a_short_definition_is_no_copy() -> None:
    assert not overlap(Plain.of(LESSON[:60]), LESSON).copied


def test_the_longest_stretch_is_shown_whole_and_nothing_where_none_is_shared() -> None:
    letters = hex_id("an answer") + hex_id("more")[:8]
    first, second = letters[:20], letters[30:60]
    found = overlap(Plain.of(letters), f"{first} --- {second}")
    assert found.longest == second
    assert found.share == Fraction(9 + 19, len(letters) - GRAM + 1)
    nothing = overlap(Plain.of(letters), OWN)
    assert (nothing.share, nothing.longest) == (0, "")
    short = overlap(Plain.of(letters[: MIN_LETTERS - 1]), letters)
    assert (short.share, short.longest) == (0, "")
    assert overlap(Plain.of(letters[:MIN_LETTERS]), letters).share == 1


def test_of_two_stretches_of_one_length_the_first_is_shown() -> None:
    letters = hex_id("an answer") + hex_id("more")[:8]
    one, two = letters[40:60], letters[5:25]
    assert overlap(Plain.of(letters), f"{one} {two}").longest == two


@given(st.text(), st.text())
def test_the_share_is_a_share(answer: str, source: str) -> None:
    assert 0 <= overlap(Plain.of(answer), source).share <= 1
