"""Texts that others wrote do nothing to a terminal or a page, and hide nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.plain import one_line, plain, shorten, shorten_middle


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("한국어 text, 👩‍💻 ✓", "한국어 text, 👩‍💻 ✓"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x\x1b]8;;http://a\x1b\\y", "xy"),
        ("\x9b2Jx", "x"),
        ("a\x1bb", "a␛b"),
        ("a\x00\x08b", "a␀␈b"),
        ("a\x7fb\x85c", "a⟨U+007F⟩b⟨U+0085⟩c"),
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("no\u00a0break", "no break"),
        ("one\r\ntwo\n\tthree", "one\ntwo\n\tthree"),
        ("half\ud800", "half⟨U+D800⟩"),
    ],
)
def test_what_cannot_be_seen_is_dropped_or_made_visible(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters()))
def test_nothing_but_line_breaks_tabs_and_joiners_stays_invisible(text: str) -> None:
    left = {char for char in plain(text) if not char.isprintable()}
    assert left <= {"\n", "\t", "\u200c", "\u200d"}
    assert one_line(text).count("\n") == 0


def test_a_text_is_shortened_at_its_end_and_a_reference_in_its_middle() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"
    assert shorten_middle("registry.example.com/me/app:1.0", 15) == "registr…app:1.0"
    assert len(shorten_middle("x" * 99, 25)) == 25
