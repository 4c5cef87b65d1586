"""A Dockerfile is read as BuildKit reads it, and whatever it holds never hangs or crashes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checking.dockerfile import DockerfileError, parse

MULTI_STAGE = """\
ARG VERSION=3.12
FROM python:${VERSION}-slim AS base
USER app
FROM golang:1.23 AS build
RUN go build
FROM base
COPY --from=build /app /app
CMD ["/app"]
"""


def test_stages_know_their_base_and_name() -> None:
    stages = parse(MULTI_STAGE).stages
    assert [(s.base, s.name, s.line) for s in stages] == [
        ("python:3.12-slim", "base", 2),
        ("golang:1.23", "build", 4),
        ("base", "", 6),
    ]


def test_the_final_image_has_the_instructions_of_the_stages_it_is_built_from() -> None:
    parsed = parse(MULTI_STAGE)
    assert [i.name for i in parsed.final] == ["FROM", "USER", "FROM", "COPY", "CMD"]
    assert [s.base for s in parsed.external] == ["python:3.12-slim", "golang:1.23"]


def test_each_other_target_is_built_from_its_own_stages() -> None:
    stages = "FROM a AS x\nUSER 1\nFROM b\nUSER 2\nFROM x AS z\nUSER 3\nFROM z\n"
    made = [[i.text for i in target] for target in parse(stages).targets]
    own = ["FROM a AS x", "USER 1"]
    assert made == [own, ["FROM b", "USER 2"], [*own, "FROM x AS z", "USER 3"]]
    assert not list(parse("FROM a\n" * 21).targets)


def test_the_last_of_several_instructions_counts() -> None:
    parsed = parse("FROM a\nCMD one\nCMD two\n")
    effective = parsed.effective("CMD")
    assert effective is not None
    assert effective.args == ("two",)
    assert parsed.effective("USER") is None


def test_continuations_comments_and_heredocs_keep_the_line_numbers_right() -> None:
    parsed = parse("FROM a\nRUN b \\\n# comment\n  c\nRUN <<EOF\nUSER x\nEOF\nUSER y\n")
    assert [(i.name, i.line) for i in parsed.instructions] == [
        ("FROM", 1),
        ("RUN", 2),
        ("RUN", 5),
        ("USER", 8),
    ]
    assert parsed.instructions[2].heredocs == ("USER x\n",)


def test_an_onbuild_instruction_is_not_one_of_this_image() -> None:
    assert parse("FROM a\nONBUILD USER x\n").effective("USER") is None


@pytest.mark.parametrize(
    ("head", "base", "expected"),
    [
        ("ARG V=1", "python:$V", "python:1"),
        ("ARG V=1\nARG W=${V}-slim", "python:${W}", "python:1-slim"),
        ('ARG V="1"', "python:${V:-2}", "python:1"),
        ("ARG V", "python:${V}", None),
        ("ARG V=1", "python:${V", None),
        ("ARG V=1", "python:${W:?no}", None),
        ("ARG V=1=2", "python:$V", "python:1=2"),
        ("ARG V=1\nARG V", "python:$V", None),
        ("ARG V=1 W=2", "python:$V.$W", "python:1.2"),
        ("# escape=`\nARG V=1", "a`b:$V", "ab:1"),
        ("# escape=`\nARG V=1`2", "a:$V", "a:12"),
        ("ARG V=" + "a" * 50, "${V/*a*a*a*a*a*a*a*a*b/}", None),
        ("ARG A=aaaaaaaaaa\n" + "ARG A=$A$A$A$A\n" * 40, "$A", None),
    ],
    ids=[
        *(
            "simple",
            "nested",
            "quoted",
            "unknown",
            "open",
            "needed",
            "equals",
            "taken back",
            "two",
            "escape",
            "escape in a default",
        ),
        *("slow pattern", "ever longer"),
    ],
)
def test_a_base_takes_the_defaults_of_arguments(head: str, base: str, expected: str | None) -> None:
    assert parse(f"{head}\nFROM {base}\n").stages[0].base == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("RUN a\n", 1),
        ("FROM a\nINSTALL b\n", 2),
        ("FROM a b\n", 1),
        ("# a\nFROM a b c\n", 2),
        ("FROM a as b c\n", 1),
        ("FROM a\nENV b\n", 2),
        ("FROM a\nRUN <<EOF\n", 2),
        ("FROM a\n\nCMD " + "[" * 100_000, None),
        ("FROM a\n" * 100_000, None),
    ],
    ids=[
        "empty",
        "comment",
        "no FROM",
        "unknown",
        "FROM",
        "no AS",
        "more",
        "ENV",
        "heredoc",
        "deep JSON",
        "huge",
    ],
)
def test_what_docker_would_refuse_is_an_error_with_its_line(text: str, line: int | None) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(text)
    assert caught.value.line == line


def test_a_from_with_too_much_is_told_in_docker_s_words() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM a b\n")
    assert caught.value.reason == "FROM requires either one or three arguments"


def test_a_huge_comment_at_the_top_is_read_at_once() -> None:
    assert parse("# syntax=a" + " " * 300_000 + "b\nFROM a\n").stages[0].base == "a"


_LINES = st.lists(
    st.sampled_from(
        [
            "FROM a",
            "FROM $B AS c",
            "ARG B=${B}",
            "RUN <<E",
            "E",
            "CMD [",
            'CMD ["a"]',
            "\\",
            "#",
            "",
        ]
    )
    | st.text(max_size=20)
).map("\n".join)


@given(st.text() | _LINES)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parsed = parse(text)
    except DockerfileError:
        return
    assert parsed.final
