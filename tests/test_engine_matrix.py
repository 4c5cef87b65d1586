"""The matrix of `make test-engines`: what is alike, what an engine cannot tell, what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_matrix import Run, as_markdown, as_text, cell, differences, read_run

STORY = "test_forgot_the_tag"


def run(name: str, *status: str, **fields: object) -> Run:
    gradings = [{"build": (each, "words")} for each in status]
    return Run(name, "1.0", "classic", verdicts={STORY: gradings}, **fields)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (run("b", "pass", "fail"), "ok"),
        (run("b", "pass", "error"), "cannot tell: build fail → error"),
        (run("b", "fail", "fail"), "differs: build pass → fail"),
        (run("b", "pass", "pass"), "differs: build fail → pass"),
        (run("b", "pass", "fail", failed={STORY: "assert 0"}), "differs: assert 0"),
        (Run("b", "1.0", "classic", skipped={STORY: "no index"}), "not possible: no index"),
        (Run("b", "", "classic", trouble="no mirror"), "not possible"),
    ],
)
def test_an_engine_is_compared_with_the_first_that_told_a_story(other: Run, told: str) -> None:
    runs = [run("a", "pass", "fail"), other]
    assert cell(other, STORY, runs) == told
    assert bool(differences(other, runs)) is told.startswith("differs")


def test_what_only_another_engine_can_tell_is_no_difference() -> None:
    runs = [run("a", "unproven"), run("b", "pass")]
    assert cell(runs[1], STORY, runs) == "tells more: build unproven → pass"
    assert not differences(runs[1], runs)


def test_a_matrix_tells_all_engines_also_one_that_could_not_be_had() -> None:
    runs = [run("a", "fail"), run("b", "error"), Run("c", "", "classic", trouble="no mirror")]
    table = as_markdown(runs)
    assert "| forgot the tag | ok | cannot tell (1) | not possible |" in table
    assert "1. build fail → error" in table
    assert "c, classic: not possible: no mirror" in table
    assert "a, classic (1.0): 1 of 1 stories alike" in as_text(runs)


def test_a_run_is_read_from_what_its_tests_left(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(
        f'<testsuites><testsuite><testcase name="{STORY}"><failure message="assert 1&#10;more"/>'
        '</testcase><testcase name="test_index"><skipped message="no store"/></testcase>'
        "</testsuite></testsuites>",
        encoding="utf-8",
    )
    noted = {"story": STORY, "verdicts": {"build": ["fail", "words"]}}
    (tmp_path / "verdicts.jsonl").write_text(json.dumps(noted) + "\n", encoding="utf-8")
    read = read_run("a", "1.0", "classic", tmp_path, 1)
    assert read.failed == {STORY: "assert 1"}
    assert read.skipped == {"test_index": "no store"}
    assert read.verdicts[STORY][0]["build"][0] == "fail"


def test_an_engine_without_a_story_is_not_what_others_are_compared_with() -> None:
    without = Run("a", "1.0", "classic", skipped={STORY: "no index"}, verdicts={STORY: []})
    runs = [without, run("b", "pass"), run("c", "fail")]
    assert cell(runs[1], STORY, runs) == "ok"
    assert differences(runs[2], runs) == [STORY]


def test_tests_of_no_lab_are_told_too(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(
        '<testsuite><testcase name="test_it_works"/><testcase name="test_later"><skipped '
        'message="no store"/></testcase></testsuite>',
        encoding="utf-8",
    )
    read = read_run("a", "1.0", "classic", tmp_path, 0)
    assert cell(read, "test_it_works", [read]) == "ok"
    assert "| later | not possible (1) |" in as_markdown([read])


def test_tests_that_never_ran_are_no_success(tmp_path: Path) -> None:
    read = read_run("a", "1.0", "classic", tmp_path, 4)
    assert "did not run" in read.trouble
    (tmp_path / "trouble").write_text("no engine", encoding="utf-8")
    assert read_run("a", "1.0", "classic", tmp_path, 69).trouble == "no engine"
