"""Answers are found under the question's heading, however a beginner writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checking.answers import MAX_SECTION_CHARS, answer_to, beside, line_of, sections

SHEET = """\
# 답안

## vm-vs-container

첫째 문단.

### 자세히

둘째 문단.

## log-line

<!-- 여기에 붙여 넣으세요 -->

## log-line-2

```console
# docker logs web
ready
```

| a | b |
|---|---|
| 1 | 2 |

- one
- two
"""


@pytest.mark.parametrize(
    "heading",
    [
        "## log",
        "# LOG",
        "###### `log`",
        "## **log**",
        "## log:",
        "## log: what did you see?",
        "## log — 로그",
        "## log (한 줄)",
        "## 3. log",
        "## Q3. log",
        "## log ##",
        "##log",
        "log\n---",
        "## LOG: what did you see?",
        "##LOG",
        "## Q12) LOG, as I saw it",
        "## (3) log",
        "## ③ log",
        "## 문제 3. log",
        "## [log]",
        "## 로그 보기 (log)",
        "## ｌｏｇ",
        "##\u00a0log",
        "\u3000## log",
        "\u200b## log",
        "## \ufefflog",
        "~~~text\n## log",
        "**log**",
        "**3. log:**",
    ],
)
def test_the_heading_of_a_question_may_be_written_in_many_ways(heading: str) -> None:
    assert answer_to("log", f"# 답안\n\n{heading}\n\nready\n\n# end\n") == "ready"


@pytest.mark.parametrize("heading", ["## log-line", "## catalog", "log", "    ## log", "> ## log"])
def test_another_heading_is_not_the_question(heading: str) -> None:
    assert answer_to("log", f"{heading}\n\nready\n") is None


def test_a_block_of_code_that_is_not_closed_takes_no_later_answer_away() -> None:
    sheet = "## log\n\n```\nready\n\n## id\n\nabc\n\n## list\n\nempty\n"
    assert (answer_to("id", sheet), answer_to("list", sheet)) == ("abc", "empty")


def test_a_sheet_that_is_a_block_of_code_as_a_whole_is_read() -> None:
    sheet = "```markdown\n## log\n\nready\n\n## id\n\nabc\n```\n"
    assert (answer_to("log", sheet), answer_to("id", sheet)) == ("ready", "abc")


def test_a_comment_in_code_is_no_heading() -> None:
    assert answer_to("list", "## log\n\n```sh\n# list\ndocker ps\n```\n") is None


def test_what_stands_behind_the_colon_of_a_heading_is_found() -> None:
    assert beside("id", "## log: a\n\n## 2. id： `abc`\n") == "`abc`"
    assert beside("id", "## id\n\n## log: a\n") == beside("id", "") == ""


def test_spaces_may_stand_for_hyphens() -> None:
    assert answer_to("vm-vs-container", "## VM vs Container\n\nyes\n") == "yes"


@pytest.mark.parametrize("dash", ["\u2010", "\u2011", "\u2013"])
def test_an_editor_may_have_made_another_dash_of_a_hyphen(dash: str) -> None:
    assert answer_to("log-line", f"## log{dash}line\n\nready\n") == "ready"


def test_bold_lines_part_answers_where_they_are_the_headings() -> None:
    text = "**log**\n\nready\n\n**list**\n\nempty\n"
    assert answer_to("log", text) == "ready"
    assert answer_to("list", text) == "empty"


def test_a_heading_that_begins_with_the_id_wins_over_one_that_only_holds_it() -> None:
    text = "## log (한 줄)\n\nready\n\n## what I think of log\n\nnothing\n"
    assert answer_to("log", text) == "ready"


def test_an_exact_heading_wins_over_one_that_begins_with_the_id() -> None:
    assert answer_to("log", "## log: first try\n\na\n\n## log\n\nb\n") == "b"


def test_the_last_answer_that_is_not_empty_counts() -> None:
    assert answer_to("log", "## log\n\na\n\n## log\n\nb\n\n## log\n") == "b"


def test_a_section_runs_to_the_next_heading_of_its_level() -> None:
    assert answer_to("vm-vs-container", SHEET) == "첫째 문단.\n\n자세히\n\n둘째 문단."


def test_a_comment_is_no_answer() -> None:
    assert answer_to("log-line", SHEET) == ""


def test_a_comment_that_is_not_closed_takes_no_answer_away() -> None:
    assert answer_to("log", "## log\n\nready <!-- really\n") == "ready <!-- really"


def test_code_tables_and_lists_are_part_of_the_answer() -> None:
    answer = answer_to("log-line-2", SHEET) or ""
    assert all(text in answer for text in ("# docker logs web\nready", "1", "2", "one", "two"))


def test_a_line_drawn_below_an_answer_does_not_make_it_a_heading() -> None:
    assert answer_to("log", "## log\n\nready\n---\n\n## next\n\nx\n") == "ready"


def test_no_heading_is_told_from_no_answer() -> None:
    assert answer_to("nothing", SHEET) is None
    assert answer_to("nothing", "") is None


def test_the_line_of_a_question_is_that_of_its_last_heading() -> None:
    sheet = "# 답안\n\n## **log**\n\na\n\n## other\n\n#log\n\nlog\n"
    assert line_of("log", sheet) == 9
    assert line_of("other", sheet) == 7
    assert line_of("nothing", sheet) is None


def test_an_indented_block_of_code_is_part_of_the_answer() -> None:
    assert answer_to("log", "## log\n\n    docker ps\n\nit ran\n") == "docker ps\n\n\nit ran"


def test_what_is_read_is_bounded() -> None:
    assert len(answer_to("log", "# log\n" + "word " * 100_000) or "") <= MAX_SECTION_CHARS


_MARKDOWN = st.lists(
    st.sampled_from(
        ["# log", "## a", "```", "<!--", "-->", "| a |", "|---|", "- ", "> ", "---", ""]
    )
    | st.text(max_size=10)
).map("\n".join)


@given(st.text() | _MARKDOWN, st.text(min_size=1))
def test_any_text_has_sections(text: str, question: str) -> None:
    answer_to(question, text)
    assert all(1 <= section.level <= 6 for section in sections(text))


@given(st.lists(st.sampled_from(["# log", "## a", "| a |", "|---|", "- a", "> a", "---", "", "a"])))
def test_an_answer_is_found_whatever_stands_above_it(above: list[str]) -> None:
    sheet = "\n".join([*above, "", "## the-question", "", "ready", ""])
    assert answer_to("the-question", sheet) == "ready"
