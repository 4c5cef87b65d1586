"""What is sought in a text is told in words, and short."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checking.sought import SHOWN, SoughtText


def sought(**fields: Any) -> SoughtText:
    return SoughtText.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"contains": "GET"}, [("the text GET", 2)]),
        ({"contains": ("GET", "POST")}, [("the text GET", 2), ("the text POST", 0)]),
        ({"matches": "^G.T"}, [("a match of ^G.T", 2)]),
        ({"contains": "/", "matches": "a+"}, [("the text /", 2), ("a match of a+", 1)]),
        ({}, []),
    ],
)
def test_each_thing_is_counted(fields: dict[str, Any], found: list[tuple[str, int]]) -> None:
    counts = sought(**fields).counts("GET /\nGET /a\n")
    assert [(str(wanted), count) for wanted, count in counts] == found


def test_a_long_text_is_cut_where_it_is_told_and_not_where_it_is_sought() -> None:
    whole, longer = "x" * SHOWN, "x" * SHOWN + "y"
    ((told, _),) = sought(contains=whole).counts("")
    assert str(told) == f"the text {whole}"
    ((told, count),) = sought(contains=longer).counts(f"{whole} {longer}")
    assert (str(told), count) == (f"the text {'x' * (SHOWN - 1)}…", 1)


def test_it_is_found_when_all_of_it_is() -> None:
    both = sought(contains=("a", "b"), matches="c$")
    assert both.found_in("a b c")
    assert not both.found_in("a b")
    assert not both.found_in("a c")
    assert not sought().seeks
    assert sought(matches="a").seeks
