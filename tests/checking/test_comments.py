"""What stands in a comment of an answer sheet is no answer; all around it is."""

from __future__ import annotations

import pytest

from grader.checking.answers import answer_to


@pytest.mark.parametrize(
    ("sheet", "answer"),
    [
        ("<!-- fill in -->\n## vm\n\nmine\n", "mine"),
        ("## vm\n\n<!-- a -->one<!-- b -->two\n", "onetwo"),
        ("## vm\n\none <!-- > --> two\n", "one  two"),
        ("## vm\n\none --><!-- b --><!---->two\n", "one -->two"),
        ("<!--\n## vm\n\nan example\n-->\n# end\n", ""),
        ("## vm\n\n    docker ps\n", "docker ps"),
        ("## VM\n\nmine\n", "mine"),
    ],
)
def test_an_answer_is_what_a_reader_sees(sheet: str, answer: str) -> None:
    assert " ".join((answer_to("vm", sheet) or "").split()) == " ".join(answer.split())
