"""What a person reads first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import get_args

import pytest

from grader.check import Status
from grader.journal import Source
from grader.messages import Message
from grader.report import words
from grader.report.reading import (
    commands,
    grades_again,
    meaning,
    next_objective,
    pieces,
    points,
    trouble,
)
from grader.result import Lane
from grader.series import Strength
from tests.results import a_check, a_result, an_objective


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (words.STATUS, Status),
        (words.STATUS_MEANING, Status),
        (words.STRENGTH, Strength),
        (words.STRENGTH_MEANING, Strength),
        (words.SOURCE, get_args(Source)),
        (words.LANE, get_args(Lane)),
    ],
)
def test_whatever_a_result_says_has_its_word(
    said: Mapping[str, Message], known: Iterable[str]
) -> None:
    assert set(said) == set(known)


@pytest.mark.parametrize(
    ("hint", "typed"),
    [
        ("docker build -t a:1 .", ["docker build -t a:1 ."]),
        ("Run `docker stop web`, then `grade-lab`.", ["docker stop web"]),
        ("`docker rm a` and `docker pull b`", ["docker rm a", "docker pull b"]),
        ("docker is not running; start it", []),
        ("add `EXPOSE 8000` to the Dockerfile", []),
        ("start Docker, then run grade-lab again", []),
        ("an odd ` mark: docker ps", []),
        ("", []),
        (
            "Run `docker ps -a`, or run it in `grade-lab shell`.",
            ["grade-lab shell", "docker ps -a"],
        ),
    ],
)
def test_a_hint_names_its_commands(hint: str, typed: list[str]) -> None:
    assert commands(hint) == typed


@pytest.mark.parametrize(
    ("hint", "again"),
    [
        ("run `docker stop web`, and then `grade-lab`", True),
        ("start Docker; then run grade-lab again", True),
        ("`docker stop web`를 실행하고 `grade-lab`을 다시 실행하세요", True),
        ("Keep `grade-lab watch` open, then run `grade-lab`", True),
        ("Keep `grade-lab watch` open; run `docker pull web`", False),
        ("Inside `grade-lab shell`, running it is enough.", False),
        ("docker build .", False),
    ],
)
def test_only_where_a_hint_does_not_end_in_grading_again_that_is_told(
    hint: str, again: bool
) -> None:
    assert grades_again(hint) is again


def test_code_marks_that_do_not_pair_are_text() -> None:
    assert list(pieces("a `b` c")) == [(False, "a "), (True, "b"), (False, " c")]
    assert list(pieces("a `b")) == [(False, "a `b")]


def test_the_next_objective_and_what_is_wrong_with_it_come_in_the_order_of_the_rubric() -> None:
    waiting = an_objective("later", a_check("skip"), skipped_for=("x",))
    half = an_objective("half", a_check("pass"), a_check("unproven", "here"), a_check("fail"))
    result = a_result(objectives=(waiting, half, an_objective("last", a_check("fail"))))
    following = next_objective(result)
    assert following == half
    check = trouble(half)
    assert check
    assert check.message == "here"


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (("error", "fail"), "as the next objective below says"),
        (("fail", "error"), "each of them says below what to do"),
    ],
)
def test_the_next_step_is_promised_to_help_only_where_it_is_of_what_could_not_be_judged(
    order: tuple[str, str], told: str
) -> None:
    objectives = tuple(an_objective(status, a_check(status)) for status in order)
    result = a_result(objectives=objectives, passed=False, complete=False)
    assert told in str(meaning(result))


@pytest.mark.parametrize(
    ("value", "told"),
    [("10", "10"), ("3.50", "3.5"), ("0.00", "0"), ("6.67", "6.67"), ("100", "100")],
)
def test_points_have_no_idle_zeros(value: str, told: str) -> None:
    assert points(Decimal(value)) == told
