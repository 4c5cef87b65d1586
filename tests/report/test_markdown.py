"""Markdown as GitHub shows it, by GitHub's own parser."""

from __future__ import annotations

import re

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from hypothesis import given
from hypothesis import strategies as st

from grader.report.clock import clock_of
from grader.report.markdown import MAX_BYTES, REPORT
from grader.report.markdown_text import cell, code, inline
from grader.report.plain import one_line
from grader.result import Result
from tests.factories import minutes
from tests.report.consumers.github import OURS, Shown
from tests.report.hostile import CODE_OR_LONG, HOSTILE, hostile
from tests.results import a_check, a_result, an_objective

ROWS = "| a | b |\n|---|---|\n"


def shown(result: Result) -> Shown:
    return Shown(REPORT.render(result))


def words(text: str) -> str:
    return re.sub(r"[`\s]", "", one_line(text))


@pytest.mark.parametrize("text", [*HOSTILE, *CODE_OR_LONG])
def test_no_text_becomes_anything_but_text(text: str) -> None:
    made = shown(hostile(text))
    assert set(made.tags) <= OURS
    harmless = shown(hostile("word"))
    kept = [tag for tag in made.tags if tag != "code"]
    assert kept == [tag for tag in harmless.tags if tag != "code"]


@pytest.mark.parametrize("text", [*HOSTILE, *CODE_OR_LONG])
def test_nothing_that_github_would_link_is_outside_of_code(text: str) -> None:
    prose = shown(hostile(text)).prose
    assert not re.search(r"@\w|#\d|GH-\d|://|www\.|:[a-z]\w*:|\$|\b[0-9a-f]{7,40}\b", prose)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_every_text_is_shown_whole_and_in_its_place(text: str) -> None:
    within = Shown(f"- x: {inline(text)}")
    assert [tag for tag in within.tags if tag != "code"] == ["ul", "li"]
    assert words(within.text) == words(f"x: {text}")
    spanned = Shown(f"x {code(text)}")
    assert one_line(spanned.text) == one_line(f"x {text}")


@given(st.text(alphabet="`|\\ a#<&*_~[](!@:$1.-\n", max_size=40))
def test_a_cell_stays_in_its_table(text: str) -> None:
    table = Shown(f"{ROWS}| 1 | {cell(text)} |\n")
    assert table.tags.count("td") == 2
    assert set(table.tags) <= OURS
    assert words(table.text) == words(f"ab1{text.replace('|', '¦')}")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Run `docker ps -a`, then look.", "Run `docker ps -a`, then look."),
        ("이미지 app:1.0: 좋습니다", "이미지 `app:1.0`: 좋습니다"),
        ("`docker build .`로 다시", "`docker build .`로 다시"),
        ("a well-known 3.5% (really)", "a well-known 3.5% (really)"),
        ("id deadbeef is one", "id `deadbeef` is one"),
        ("lonely ` tick", "lonely `` ` `` tick"),
        ("`a`$b", "`a` `$b`"),
        ("", ""),
        ("compose.yaml이 있다", "`compose.yaml`이 있다"),
        ("a.b이(가) 없습니다.", "`a.b`이(가) 없습니다."),
    ],
)
def test_words_stay_words_and_the_rest_is_code(text: str, made: str) -> None:
    assert inline(text) == made


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_it_tells_score_next_objective_objectives_problems_and_evidence(lang: str) -> None:
    result = a_result(lang)
    told = shown(result)
    assert "19/55" in told.text.splitlines()[0]
    assert told.tags.count("tr") == len(result.objectives) + 1
    order = ["docker build -t wisheasy:1.0 .", "-p 8080:8080", clock_of(lang).told(minutes(41))]
    places = [told.text.rindex(part) for part in order]
    assert places == sorted(places)


def test_where_nothing_is_left_to_do_nothing_is_missing() -> None:
    kept = tuple(o for o in a_result().objectives if o.status == "pass")
    text = shown(a_result(objectives=kept, complete=True, passed=True)).text
    assert "Nothing is left to do." in text
    assert "What is missing" not in text


def test_a_broken_record_is_told() -> None:
    assert "The record does not hold together" in shown(hostile("word")).text


def test_what_github_would_drop_is_cut_at_its_end() -> None:
    long = "판정 @x " * 400
    checks = [a_check("fail", long, hint=long, expected=long, actual=long) for _ in range(300)]
    text = REPORT.render(a_result(objectives=(an_objective("Long", *checks),)))
    assert MAX_BYTES - 10_000 < len(text.encode()) <= MAX_BYTES
    assert text.endswith("\nThe rest is left out here; it is in result.json.\n")
    assert set(re.findall(r"<(\w+)", github_flavored_markdown_to_html(text))) <= OURS


def test_a_word_of_nothing_but_points_is_gone_through_once() -> None:
    """Else this would take hours."""
    assert inline("." * 1_000_000 + "x").count(".") == 1_000_000
