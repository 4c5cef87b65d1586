"""The HTML report: what a beginner is told, that it stands alone, and that nothing gets into it."""

from __future__ import annotations

import base64
import hashlib
import re
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from grader.report.html import REPORT
from grader.report.page import MAX_WHOLE
from grader.report.plain import plain
from grader.report.shown import MAX_SHORT
from grader.result import JournalDefect, JournalInfo, Learner, ObjectiveResult, Result
from tests.factories import hex_id
from tests.report.hostile import HOSTILE, hostile
from tests.results import a_check, a_result, an_objective


class Page(HTMLParser):
    """A page as a parser sees it: each tag with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.text += " " if tag in {"dd", "div", "dt", "li", "p"} else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def find(self, tag: str, class_: str = "") -> list[dict[str, str | None]]:
        return [a for t, a in self.tags if t == tag and class_ in (a.get("class") or "").split(" ")]


def page(result: Result) -> Page:
    return Page(REPORT.render(result))


def objective_text(html: str, index: int) -> str:
    articles = re.findall(r"<article.*?</article>", html, re.DOTALL)
    return " ".join(Page(articles[index]).text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_adds_an_element_or_an_attribute(text: str) -> None:
    harmless = "".join(char if char.isalnum() or char == " " else "-" for char in text)
    assert page(hostile(text)).shape == page(hostile(harmless)).shape


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    shown = page(hostile(text)).text
    assert " ".join(plain(text).split()) in " ".join(shown.split())
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200f]", shown)


@pytest.mark.parametrize("text", [*(f"`{text}` `" for text in HOSTILE), "x`" * 2000, "<a>" * 9000])
def test_code_marks_and_long_texts_open_no_door(text: str) -> None:
    parsed = page(hostile(text))
    assert {tag for tag, _ in parsed.tags}.isdisjoint({"script", "img", "iframe", "object"})
    assert not [name for _, attributes in parsed.tags for name in attributes if name[:2] == "on"]
    assert all((link["href"] or "")[0] == "#" for link in parsed.find("a"))


def test_the_policy_allows_the_style_sheet_and_nothing_else() -> None:
    html = REPORT.render(a_result())
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = [m for m in Page(html).find("meta") if m.get("http-equiv")]
    assert policy["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "://" not in html
    assert "style=" not in html


def test_the_same_result_gives_the_same_bytes() -> None:
    assert REPORT.render(a_result("ko")) == REPORT.render(a_result("ko"))


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_page_is_in_the_language_of_the_result(lang: str) -> None:
    [root] = page(a_result(lang)).find("html")
    assert root["lang"] == lang


def next_step(html: str) -> str:
    [section] = re.findall(r'<section class="next".*?</section>', html, re.DOTALL)
    return " ".join(Page(section).text.split())


def test_the_next_step_is_the_first_objective_not_done_with_its_command() -> None:
    html = REPORT.render(a_result())
    assert "An image was built from your Dockerfile" in next_step(html)
    assert '<pre class="command" tabindex="0"><code>docker build -t wisheasy:1.0 .</code>' in html


def test_what_waits_or_was_settled_by_hand_is_no_next_step() -> None:
    kept = [o for o in a_result().objectives if o.status in {"pass", "skip", "review"}]
    kept += [o for o in a_result().objectives if o.override]
    told = next_step(REPORT.render(a_result(objectives=tuple(kept))))
    assert "Nothing is left to do." in told
    assert "1 of the objectives are for your instructor to look at." in told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"passed": True, "complete": True}, "You have 40 of 55 points; 38.5 were needed."),
        ({"passed": True, "complete": True, "score": Decimal(55)}, "You have all 55 points."),
        ({"complete": True}, "You have 40 of 55 points; 38.5 are needed to pass."),
        ({}, "1 of the objectives could not be judged. That is not your fault"),
        ({"passed": True}, "1 of the objectives could not be judged."),
        ({"graded_at": None}, "Nothing has been recorded yet."),
    ],
)
def test_the_score_is_put_into_words(fields: dict[str, Any], told: str) -> None:
    text = page(a_result(**{"score": Decimal(40), **fields})).text
    assert told in text


def test_each_status_is_told_by_a_word_and_a_sign() -> None:
    words = ["Passed", "Partly done", "Passed", "Not yet", "Waiting", "Not seen", "Under review"]
    html = REPORT.render(a_result())
    for index, word in enumerate([*words, "Not judged", "Partly done"]):
        assert word in objective_text(html, index)
    signs = re.findall(r'<article class="card is-(\w+)".*?href="#icon-([\w-]+)"', html, re.DOTALL)
    assert signs
    assert all(status == sign for status, sign in signs)


def test_every_sign_used_is_there() -> None:
    parsed = page(a_result())
    there = {f"#{symbol['id']}" for symbol in parsed.find("symbol")}
    assert {use["href"] for use in parsed.find("use")} <= there


def test_a_failed_check_tells_what_was_expected_seen_and_to_do() -> None:
    told = objective_text(REPORT.render(a_result()), 3)
    assert "Expected -p 8080:8000 Seen -p 8080:8080 What to do Run docker run -d" in told


def test_evidence_tells_strength_source_and_time() -> None:
    html = REPORT.render(a_result())
    told = objective_text(html, 2)
    assert "in the registry" in told
    assert "event history of the Docker Engine, 2026-01-02 03:09:00 UTC." in told
    assert "2026-01-02T03:09:00Z" in {time["datetime"] for time in Page(html).find("time")}


def test_a_skipped_objective_says_once_what_it_waits_for_and_links_to_it() -> None:
    html = REPORT.render(a_result())
    told = objective_text(html, 4)
    assert told.count("Waits for: A container ran with name, port and env file") == 1
    assert '<a href="#objective-4">' in html


def test_points_given_by_hand_are_shown_with_their_reason() -> None:
    told = objective_text(REPORT.render(a_result()), 8)
    assert "An instructor gave 4 points by hand. Reason Seen on the screen in class" in told


def test_a_broken_journal_names_the_lines() -> None:
    defect = JournalDefect(line=7, message="the line was altered after it was written")
    journal = JournalInfo(entries=9, head=hex_id("x"), intact=False, defects=(defect,))
    text = page(a_result(journal=journal)).text
    assert "line 7: the line was altered after it was written" in text
    assert "The record does not hold together" in text
    assert "The record holds together" not in text


def test_rubric_learner_and_engine_are_identified() -> None:
    text = page(a_result()).text
    for told in ["container-and-docker", hex_id("rubric"), "s-001", "Docker Engine 29.0.1"]:
        assert told in text


def test_an_empty_journal_makes_a_whole_page() -> None:
    empty: dict[str, Any] = {
        "graded_at": None,
        "engine": None,
        "timeline": (),
        "learner": Learner(),
    }
    journal = JournalInfo(entries=0, head="0" * 64, intact=True)
    text = page(a_result(journal=journal, max_score=Decimal(0), **empty)).text
    assert "There is no record yet." in text
    assert "No steps have been recorded yet." in text


def objective_with(message: str) -> tuple[ObjectiveResult, ...]:
    return (an_objective("a", a_check("fail", message)),)


def test_a_long_text_is_shortened_and_whole_on_demand() -> None:
    long = "word " * 400
    html = REPORT.render(a_result(objectives=objective_with(long)))
    [short] = re.findall(r'<span class="words">(word [^<]*…)</span>', html)[:1]
    assert len(short) == MAX_SHORT + 1
    assert long in Page(html).text


def test_a_huge_text_says_how_much_of_it_is_missing() -> None:
    text = page(a_result(objectives=objective_with("x" * (MAX_WHOLE + 5)))).text
    assert "The rest, 5 characters, is left out here" in text


def test_the_timeline_is_drawn_and_told_as_a_table() -> None:
    result = a_result()
    parsed = page(result)
    assert len(parsed.find("div", "step")) == len(result.timeline)
    assert len(parsed.find("div", "failed")) == 1
    assert len(parsed.find("tr")) == len(result.timeline) + 1
    assert "≤ 03:05:00" in parsed.text


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in page(a_result()).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
