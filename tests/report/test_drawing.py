"""The timeline's drawing: the order of its rows, the path, pauses and breaks."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grader.report.drawing import SUBJECT_CHARS, Break, Mark, Note, Row, draw
from grader.report.html import render
from grader.result import TimelineStep
from tests.report.hostile import CORPUS
from tests.report.media import in_page
from tests.report.stories import a_gap, a_step, a_story
from tests.results import a_result


def told(rows: tuple[Row, ...]) -> list[str]:
    """Each row in a word: what the step did, the note's words, or why nothing was seen."""
    return [
        row.it.verb
        if isinstance(row.it, Mark)
        else row.it.gap.reason
        if isinstance(row.it, Break)
        else str(row.it.text)
        for row in rows
    ]


def table(html: str) -> list[str]:
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]


def test_a_gap_breaks_the_path_between_the_steps_around_it() -> None:
    rows = draw([a_step(1, "docker run a"), a_step(5, "docker rm a")], [a_gap(2, 4)])
    assert told(rows)[1:] == ["docker run", "restarted", "docker rm"]
    assert rows[1].leaves == ""
    assert rows[3].enters == ""


def test_without_a_gap_the_path_goes_on_and_changes_lanes() -> None:
    rows = draw([a_step(1, "docker build .", "image"), a_step(2, "docker run a")])
    assert [(row.enters, row.leaves, row.across) for row in rows[1:]] == [
        ("", "image", ""),
        ("image", "", "image-container"),
    ]


@pytest.mark.parametrize(
    ("at", "exact", "order"),
    [
        (2, True, ["docker rm", "restarted"]),
        (3, True, ["restarted", "docker rm"]),
        (3, False, ["docker rm", "restarted"]),
        (4, True, ["restarted", "docker rm"]),
    ],
)
def test_what_is_dated_within_a_gap_comes_after_its_beginning_unless_that_is_unsure(
    at: float, exact: bool, order: list[str]
) -> None:
    rows = draw([a_step(1, "docker run a"), a_step(at, "docker rm a", exact=exact)], [a_gap(2, 4)])
    assert told(rows)[2:] == order


def test_a_gap_after_the_last_step_is_told() -> None:
    assert told(draw([a_step(1, "docker run a")], [a_gap(2, 4, "evicted")]))[-1] == "evicted"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (9.9, []),
        (25, ["25 minutes later"]),
        (89, ["89 minutes later"]),
        (90, ["2 hours later"]),
        (17 * 60, ["17 hours later"]),
        (20 * 60, ["20 hours later"]),
        (22 * 60, ["the next day", "2026-01-03"]),
        (72 * 60, ["3 days later", "2026-01-05"]),
    ],
)
def test_a_pause_is_told_and_takes_one_row(minutes: float, words: list[str]) -> None:
    rows = draw([a_step(0, "docker run a"), a_step(minutes, "docker rm a")])
    assert told(rows) == ["2026-01-02", "docker run", *words, "docker rm"]


def test_a_pause_begins_when_the_last_repeat_was_over() -> None:
    first = a_step(0, "docker run a", count=9, until=a_step(20, "x").at)
    assert not [row for row in draw([first, a_step(25, "docker rm a")]) if row.it.kind == "pause"]


def test_steps_that_are_left_out_are_told_in_drawing_and_table() -> None:
    rows = draw([a_step(1, "docker run a"), a_step(99, "docker rm a", left_out=7)])
    assert "7 steps are left out here" in told(rows)
    assert sum("42 steps are left out here" in row for row in table(render(a_story()))) == 1


def test_the_table_tells_the_same_as_the_drawing_with_the_gaps_in_their_places() -> None:
    story = a_story()
    rows = table(render(story))
    assert len(rows) == 1 + len(story.timeline) + len(story.gaps) + 1
    [restart] = [i for i, row in enumerate(rows) if "Docker was restarted" in row]
    assert "docker logs wisheasy" in rows[restart - 1]
    assert "docker exec wisheasy pyton" in rows[restart + 1]
    assert rows[restart].startswith("2026-01-02 03:14:00 UTC – 2026-01-02 03:20:00 UTC")


def test_a_failure_is_told_with_its_exit_code_and_last_words() -> None:
    [crash] = [row for row in table(render(a_story())) if "Exited (1)" in row]
    assert "failed · exit code 1" in crash
    assert "The last lines of its log:" in crash
    assert "ModuleNotFoundError: No module named &#39;flask&#39;" in crash


def test_a_repeat_is_told_with_how_often_and_until_when() -> None:
    html = render(a_story())
    [run] = [row for row in table(html) if "docker run" in row and "×500" in row]
    assert run.startswith("2026-01-02 21:20:00 UTC – 2026-01-02 21:50:00 UTC")
    assert html.count("×500") == 4


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("field", ["label", "detail", "last_words"])
def test_hostile_text_is_harmless_and_short(field: str, text: str) -> None:
    fields: dict[str, Any] = {"label": "docker run", "failed": True, field: text + "x" * 9000}
    step = TimelineStep(at=a_step(1, "").at, lane="container", **fields)
    html = render(a_result(timeline=(step,)))
    in_page(html)
    assert "x" * 500 not in html


def test_a_log_shows_its_last_lines_only() -> None:
    words = "\n".join(f"line {i}" for i in range(50))
    [_, row] = draw([a_step(1, "Exited (1)", failed=True, last_words=words)])
    assert isinstance(row.it, Mark)
    assert row.it.said.split("\n") == ["line 47", "line 48", "line 49"]


def test_only_a_note_says_a_new_day() -> None:
    rows = draw([a_step(1, "docker run a"), a_step(2, "docker rm a")])
    assert [row.it.text for row in rows if isinstance(row.it, Note)] == ["2026-01-02"]


@pytest.mark.parametrize(
    ("label", "detail", "verb", "texts"),
    [
        ("docker build -t app:1 .", "", "docker build", ("app:1", "")),
        ("docker tag app:1 me/app:1", "", "docker tag", ("app:1 me/app:1", "")),
        ("docker image rm app:1", "", "docker image rm", ("app:1", "")),
        (
            "docker image rm 0123456789ab",
            "a:1, b:1",
            "docker image rm",
            ("0123456789ab", "a:1, b:1"),
        ),
        ("docker login", "", "docker login", ("", "")),
        ("docker ps", "", "docker ps", ("", "")),
        ("docker logs web", "", "docker logs", ("web", "")),
        ("docker run me/web:1", "web", "docker run", ("me/web:1", "web")),
        ("docker stop web", "web", "docker stop", ("web", "")),
        ("docker rm life-1", "life-1 … life-9", "docker rm", ("life-1 … life-9", "")),
        ("Exited (137)", "web", "Exited (137)", ("web", "")),
        ("something else", "", "", ("something else", "")),
    ],
)
def test_a_step_is_drawn_as_command_and_what_it_was_about(
    label: str, detail: str, verb: str, texts: tuple[str, str]
) -> None:
    [_, row] = draw([a_step(1, label, detail=detail)])
    assert isinstance(row.it, Mark)
    assert (row.it.verb, (row.it.subject, row.it.detail)) == (verb, texts)


def test_a_long_reference_keeps_both_ends_and_a_long_command_its_beginning() -> None:
    long = "registry.example.com:5000/" + "a" * 100 + "/app:1.0"
    rows = draw([a_step(1, f"docker push {long}"), a_step(2, f"docker exec web {long}")])
    pushed, executed = (row.it.subject for row in rows if isinstance(row.it, Mark))
    assert pushed.startswith("registry.example.com:5000/a")
    assert pushed.endswith("a/app:1.0")
    assert executed.startswith("web registry")
    assert executed.endswith("a…")
    assert max(len(pushed), len(executed)) == SUBJECT_CHARS


def test_a_time_that_is_not_known_exactly_is_marked() -> None:
    rows = draw([a_step(0, "docker login"), a_step(0, "docker login", exact=False)])
    clocks = [row.it.clock for row in rows if isinstance(row.it, Mark)]
    assert clocks == ["03:00:00", "≤ 03:00:00"]
