"""Warnings: what is no mistake in a rubric, and yet unlikely to be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.warn import warnings
from grader.errors import Problem
from grader.rubric.load import load, shipped

GOOD = """\
schema: grade-lab/rubric/1
id: demo
title: {ko: "연습", en: Demo}
pass_mark: 0.7
variables:
  tag: {default: "1.0"}
objectives:
  - id: build
    title: {ko: "빌드", en: Build the image}
    points: 40
    checks:
      - {type: image, image: "app:{tag}", weight: 2}
      - {type: built_from, image: "app:{tag}"}
  - id: run
    title: {ko: "실행", en: Run it}
    points: 40
    checks:
      - {type: container, name: page, ports: ["8080:80"]}
      - {type: http, name: page, port: 80}
  - id: more
    title: {ko: "더", en: More}
    points: 20
    requires: [run]
    checks:
      - {type: removed, container: page}
"""


def found(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    return warnings(load(path, lenient=True), path)


WARNINGS = [
    ("everybody-passes", "pass_mark: 0.7", "pass_mark: 0", "0"),
    ("hint-is-title", "weight: 2}", "hint: build the Image.}", "hint"),
    ("latest", "name: page, ports", "name: page, image: 'app:latest', ports", ":latest"),
    ("lost-after-cleanup", "name: page, ports", "name: page, when: now, ports", "now"),
    ("lost-after-cleanup", "name: page, ports", "name: page, when: running, ports", "running"),
    ("missing-language", '{ko: "더", en: More}', '{ko: "더"}', "title"),
    ("missing-language", "weight: 2}", "hint: {en: Type it}}", "hint"),
    ("much-depends", "points: 40\n    checks:\n      - {type: c", None, "build"),
    ("odd-total", "points: 20", "points: 17", "objectives"),
    ("only-removed", "container: page}", "volume: data}", "removed"),
    ("passed-by-files", '{type: image, image: "app:{tag}", weight: 2}', None, "pass_mark"),
    ("redundant-requires", "requires: [run]", "requires: [run, run]", "run"),
    ("same-check", "{type: built_from, i", "{type: image, i", "image"),
    ("tiny-share", "weight: 2}", "weight: 0.0001}", "weight"),
    ("unused-variable", "variables:\n", "variables:\n  port: {default: 8080}\n", "port"),
]

REWRITTEN = {
    "much-depends": GOOD.replace("[run]", "[build]").replace(
        "points: 40\n    checks:\n      - {type: c",
        "points: 40\n    requires: [build]\n    checks:\n      - {type: c",
    ),
    "passed-by-files": GOOD.replace("0.7", "0.4")
    .replace('{type: image, image: "app:{tag}", weight: 2}', "{type: file, path: 'a-{tag}'}")
    .replace('      - {type: built_from, image: "app:{tag}"}\n', ""),
}


def test_a_sound_rubric_has_none(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []


@pytest.mark.parametrize(("code", "old", "new", "mark"), WARNINGS)
def test_a_warning_has_its_place_and_a_way_out(
    tmp_path: Path, code: str, old: str, new: str | None, mark: str
) -> None:
    assert old in GOOD
    text = REWRITTEN[code] if new is None else GOOD.replace(old, new, 1)
    (problem,) = found(tmp_path, text)
    assert problem.code == code
    assert problem.help is not None
    assert problem.snippet is not None
    start = problem.snippet.column - 1
    assert problem.snippet.text[start : start + problem.snippet.length] == mark


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_rubrics_have_none(name: str) -> None:
    path = shipped()[name]
    assert [str(warning) for warning in warnings(load(path, lenient=True), path)] == []
