"""Patterns of a rubric, on texts of a learner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.patterns import Pattern, escape


def test_no_text_keeps_a_pattern_busy_for_ever() -> None:
    text = "a" * 100_000 + "!"
    assert not Pattern(r"^(a|a)*b$").found_in(text)
    assert not Pattern(r"^(a+)+$").is_all_of(text)


def test_lines_that_hold_a_match_are_counted() -> None:
    log = "GET / 200\nGET /wish 200 after GET / 200\nPOST / 500\n"
    assert Pattern(r"GET \S+ 200").count_in(log) == 2
    assert Pattern(r"200\nGET").count_in(log) == 1
    assert Pattern("DELETE").count_in(log) == 0


@pytest.mark.parametrize("text", ["a)(b", "a|b", "(?i)a", r"a\|", "(?x) a b # c"])
def test_a_pattern_is_all_of_a_text_or_none(text: str) -> None:
    try:
        pattern = Pattern(text)
    except ValueError:
        return
    assert not any(pattern.is_all_of(other) for other in ("-a", "a-", "-b", "b-", "ab-", "-ab"))


@given(st.text(min_size=1), st.text())
def test_an_escaped_text_is_found_as_itself_alone(text: str, other: str) -> None:
    assert Pattern(escape(text)).is_all_of(text)
    assert Pattern(escape(text)).found_in(other) == (text in other)


def test_letters_of_all_scripts_are_letters() -> None:
    assert Pattern(r"^\w+ 님").found_in("안녕하세요\n김하늘 님")
