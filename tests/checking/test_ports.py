"""Published ports, as one would type them; and texts of a learner, cut to a line."""

from __future__ import annotations

import pytest

from grader.checking.ports import told
from grader.checking.submitted import shorten
from grader.facts import PortBinding


@pytest.mark.parametrize(
    ("binding", "option"),
    [
        (PortBinding(container="8000/tcp", host="8080", ip="0.0.0.0"), "8080:8000"),
        (PortBinding(container="8000/tcp", host="8080", ip="127.0.0.1"), "127.0.0.1:8080:8000"),
        (PortBinding(container="53/udp", host="53", ip=""), "53:53/udp"),
        (PortBinding(container="8000/tcp", host="8080", ip="::1"), "[::1]:8080:8000"),
    ],
)
def test_a_port_is_told_as_the_option_that_publishes_it(binding: PortBinding, option: str) -> None:
    assert told(binding) == option


@pytest.mark.parametrize(
    ("text", "line"), [("a b", "a b"), ("a\n b", "a b"), ("abcd", "abcd"), ("abcde", "abc…")]
)
def test_a_text_is_told_on_one_line_that_has_room(text: str, line: str) -> None:
    assert shorten(text, 4) == line
    assert len(shorten("x" * 200)) == 80
