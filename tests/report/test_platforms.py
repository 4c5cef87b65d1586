"""Results for Gradescope, PrairieLearn and GitHub Classroom, as each of them takes them."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from grader.report import classroom, gradescope, prairielearn
from grader.result import JournalInfo, Place, Result
from tests.ci.runner import commands
from tests.report.consumers import classroom as classroom_reads
from tests.report.consumers import gradescope as gradescope_reads
from tests.report.consumers import prairielearn as prairielearn_reads
from tests.report.hostile import CODE_OR_LONG, COMMANDS, HOSTILE, hostile
from tests.results import a_check, a_result, an_objective

EMPTY = JournalInfo(entries=0, head="0" * 64, intact=True)


def complete(**fields: Any) -> Result:
    """All but what could not be judged."""
    kept = tuple(o for o in a_result().objectives if o.status != "error")
    whole: dict[str, Any] = {
        "objectives": kept,
        "complete": True,
        "score": sum((o.score for o in kept), Decimal(0)),
        "max_score": sum((o.max_score for o in kept), Decimal(0)),
    }
    return a_result(**{**whole, **fields})


def huge(lang: str = "en") -> Result:
    """A result of very many checks with long texts, in a language of long characters."""
    long = "판정 " * 3000
    checks = [a_check("fail", long, hint=long, expected=long, actual=long) for _ in range(900)]
    objective = an_objective(long, *checks)
    return complete(objectives=(objective,), score=Decimal(0), max_score=objective.max_score)


def on_gradescope(result: Result) -> gradescope_reads.Results:
    return gradescope_reads.Results.model_validate_json(gradescope.render(result))


def on_prairielearn(result: Result) -> prairielearn_reads.Results:
    text = prairielearn.render(result)
    assert len(text.encode()) <= prairielearn_reads.MAX_BYTES
    return prairielearn_reads.Results.model_validate_json(text)


def in_classroom(result: Result) -> classroom_reads.Results:
    output = b64encode(classroom.render(result).encode()).decode()  # as `base64 -w0` does
    return classroom_reads.from_step(output)


@pytest.mark.parametrize("read", [on_gradescope, on_prairielearn, in_classroom])
@pytest.mark.parametrize("result", [a_result(), a_result("ko"), complete(), huge()])
def test_each_result_is_taken(read: Any, result: Result) -> None:
    assert read(result)


@pytest.mark.parametrize("read", [on_gradescope, on_prairielearn, in_classroom])
@pytest.mark.parametrize("text", [*HOSTILE, *CODE_OR_LONG])
def test_a_hostile_result_is_taken(read: Any, text: str) -> None:
    assert read(hostile(text))


def test_gradescope_gets_the_score_and_tests_that_add_up_to_it() -> None:
    result = complete()
    read = on_gradescope(result)
    assert read.score == float(result.score) == sum(test.score or 0 for test in read.tests)
    assert sum(test.max_score or 0 for test in read.tests) == float(result.max_score)


def test_gradescope_passes_a_pass_only_and_tags_the_rest() -> None:
    tests = on_gradescope(a_result()).tests
    assert {tag for test in tests if test.status == "passed" for tag in test.tags} == {"pass"}
    failed = {tag for test in tests if test.status == "failed" for tag in test.tags}
    assert failed == {"fail", "partial", "unproven", "review", "skip", "error"}


def test_gradescope_reads_no_text_as_html() -> None:
    read = on_gradescope(hostile("<b>x</b>"))
    formats = {read.output_format, read.test_output_format, read.test_name_format}
    assert formats == {test.output_format for test in read.tests} == {"text"}


def test_gradescope_tells_the_next_step_and_what_was_wrong_where() -> None:
    place = Place(path="Dockerfile", line=3, message="a tag that moves")
    check = a_check("fail", "not as asked", hint="Run `docker ps`.", places=(place,))
    read = on_gradescope(a_result(objectives=(an_objective("Running", check),)))
    assert "Next objective: Running\nWhat to do: Run `docker ps`." in read.output
    assert read.tests[0].output.splitlines()[:3] == [
        "Not yet: not as asked",
        "Points: 0/5",
        "Where: Dockerfile:3: a tag that moves",
    ]


def test_points_by_hand_are_one_test_with_the_reason() -> None:
    last = on_gradescope(a_result()).tests[-1]
    assert (last.number, last.score, last.max_score) == ("9", 4, 5)
    assert "Reason: Seen on the screen in class" in last.output


def test_prairielearn_gets_a_ratio_and_points_that_agree_with_it() -> None:
    read = on_prairielearn(complete())
    points = sum(test.points for test in read.tests)
    assert read.gradable
    assert read.score == points / sum(test.max_points for test in read.tests) == 0.38


@pytest.mark.parametrize("result", [a_result(passed=True), complete(graded_at=None, journal=EMPTY)])
def test_prairielearn_takes_no_attempt_for_what_could_not_be_judged(result: Result) -> None:
    read = on_prairielearn(result)
    assert (read.gradable, read.score) == (False, None)
    assert any("could not be judged" in e or "Nothing" in e for e in read.format_errors)


def test_prairielearn_shows_what_could_not_be_judged_as_neither_right_nor_wrong() -> None:
    [error] = [t for t in on_prairielearn(a_result()).tests if "Logged in" in t.name]
    assert (error.points, error.max_points) == (0, 0)


def test_prairielearn_gets_a_score_even_of_a_rubric_without_points() -> None:
    nothing = complete(objectives=(), score=Decimal(0), max_score=Decimal(0))
    assert on_prairielearn(nothing).score == 0


def test_of_too_many_checks_the_score_still_arrives() -> None:
    assert on_prairielearn(huge()).score == 0
    [one] = in_classroom(huge()).tests
    assert (one.status, one.score) == ("fail", 0)


def test_classrooms_result_always_fits_into_a_variable() -> None:
    check = a_check("fail", "x" * 1000)
    for count in range(20, 80):  # the texts become shorter somewhere among these
        assert in_classroom(a_result(objectives=(an_objective("a", *[check] * count),)))


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (complete(), "fail"),
        (complete(passed=True), "pass"),
        (a_result(), "error"),
        (a_result(passed=True), "error"),
    ],
)
def test_classroom_gets_the_status_that_the_exit_code_tells(result: Result, status: str) -> None:
    read = in_classroom(result)
    assert read.status == status
    assert (read.total, read.max_score) == (float(result.score), float(result.max_score))


def test_classroom_keeps_fractions_of_points() -> None:
    check = a_check("partial", score=Decimal("0.84"), max_score=Decimal(1))
    result = a_result(objectives=(an_objective("a", check),), max_score=Decimal(1))
    assert in_classroom(result).total == 0.84


def test_classroom_tells_in_its_log_what_is_wrong_and_where() -> None:
    place = Place(path="Dockerfile", line=3, message="latest")
    check = a_check("fail", "not as asked", places=(place,))
    [test] = in_classroom(a_result(objectives=(an_objective("Built", check),))).tests
    assert test.name == "1.1 Built: image: Not yet. not as asked"
    assert (test.filename, test.line_no) == ("Dockerfile", 3)


@pytest.mark.parametrize("text", [*HOSTILE, *COMMANDS, "#\u200d#[error]x", "a #\u200c#[add-mask]b"])
def test_nothing_in_classrooms_log_is_a_command_of_the_runner(text: str) -> None:
    assert commands("\n".join(in_classroom(hostile(text)).log).encode()) == []
