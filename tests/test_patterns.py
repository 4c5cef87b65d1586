"""Patterns of a rubric, on texts of a learner."""

from __future__ import annotations

from grader.patterns import Pattern


def test_no_text_keeps_a_pattern_busy_for_ever() -> None:
    text = "a" * 100_000 + "!"
    assert not Pattern(r"^(a|a)*b$").found_in(text)
    assert not Pattern(r"^(a+)+$").is_all_of(text)
