"""Plug-ins of others that are broken are told as that, and cost nobody what is not theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from grader import plugins
from grader.authoring.warn import warnings
from grader.check import Check, Failed, Passed, Status, Verdict
from grader.errors import GradeLabError
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import msg
from grader.needs import FileNeed, Need
from grader.rubric.load import load
from grader.run import formats, write
from grader.schemas import schema
from tests.concluding import only, result
from tests.packages import install

POINTS = """\
[project.entry-points."grade_lab.checks"]
bad = "bad:Bad"
[project.entry-points."grade_lab.reports"]
bad = "bad:Bad"
[project.entry-points."grade_lab.class_outputs"]
bad = "bad:Bad"
"""
CHECK = """\
from grader.check import Check, Passed
from grader.messages import msg
from grader.needs import Need


class Own(Need):
    pass


class Bad(Check):
    def needs(self):
        return {needs}

    def judge(self, evidence):
        return Passed(message=msg("well"))
"""
RUBRIC = """\
schema: grade-lab/rubric/1
id: bad
title: Bad
objectives: [{id: bad, title: Bad, points: 1, checks: [{type: bad}]}]
"""

Install = Callable[[str], None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    def as_module(text: str) -> None:
        site = install(tmp_path / "site", "bad-pack", {"bad.py": text}, POINTS)
        monkeypatch.syspath_prepend(site)
        monkeypatch.delitem(__import__("sys").modules, "bad", raising=False)
        plugins._found.cache_clear()

    yield as_module
    plugins._found.cache_clear()


@pytest.mark.parametrize("of", [plugins.check_type, plugins.report_format, plugins.class_output])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import no_such_module", "No module named"),
        ("def (:", "SyntaxError: "),
        ("1 / 0", "ZeroDivisionError: division by zero (bad.py, line 1)"),
        ("exit(4)", "SystemExit: 4 (bad.py, line 1)"),
        ("from fractions import Fraction\nFraction(1, 0)", "Fraction(1, 0) (bad.py, line 2)"),
        ("good = 1", "no attribute 'Bad'"),
        ("def Bad(**fields): ...", "bad:Bad is not a "),
        ("class Bad: ...", "bad:Bad is not a "),
        ("from grader.check import Check\nclass Bad(Check): ...", "bad:Bad is not a "),
    ],
)
def test_what_is_no_plug_in_is_told(
    installed: Install, of: Callable[[str], Any], text: str, told: str
) -> None:
    installed(text)
    with pytest.raises(GradeLabError, match="plug-in 'bad' of bad-pack is broken") as refused:
        of("bad")
    assert f"reinstall or remove bad-pack: {told}".split(": ", 1)[0] in str(refused.value.advice[0])
    assert told in str(refused.value.advice[0])


def test_a_report_format_that_breaks_is_told(installed: Install, tmp_path: Path) -> None:
    text = "from grader.report.contract import ReportFormat\nBad = ReportFormat('x', len)\n"
    installed(text)
    with pytest.raises(GradeLabError, match="plug-in 'bad' of bad-pack is broken"):
        write(result(Broken()), formats(["bad"]), tmp_path)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("of", [plugins.check_type, plugins.report_format, plugins.class_output])
def test_a_name_that_two_packages_bring_is_told(
    installed: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: Callable[[str], Any]
) -> None:
    monkeypatch.syspath_prepend(install(tmp_path / "other", "other-pack", {}, POINTS))
    installed("")
    with pytest.raises(GradeLabError, match="plug-in 'bad' is in bad-pack, other-pack"):
        of("bad")


@pytest.mark.parametrize("needs", ["1 / 0", "None", "['a file']", "[Own()]", "exit(4)"])
def test_needs_that_are_none_are_told_when_a_rubric_is_checked(
    installed: Install, tmp_path: Path, needs: str
) -> None:
    installed(CHECK.format(needs=needs))
    path = tmp_path / "rubric.yaml"
    path.write_text(RUBRIC)
    rubric = load(path)
    assert list(rubric.needs()) == []
    with pytest.raises(GradeLabError, match="plug-in 'bad' of bad-pack is broken"):
        warnings(rubric, path)


def test_an_editor_gets_a_schema_without_what_is_broken(installed: Install) -> None:
    installed("1 / 0")
    left_out: list[GradeLabError] = []
    found = schema("rubric", left_out.append)["$defs"]
    assert "check-image" in found
    assert "check-bad" not in found
    assert [str(error.message) for error in left_out] == ["the plug-in 'bad' of bad-pack is broken"]


class Broken(Check):
    """A check of which parts are not as they should be."""

    type: Literal["broken"] = "broken"
    says: Any = None
    wants: Any = ()

    def needs(self) -> Sequence[Need[Fact]]:
        return tuple(self.wants)

    def judge(self, evidence: Evidence) -> Verdict:
        if self.says == "exit":
            raise SystemExit(7)
        return self.says  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "broken",
    [
        Broken(says=None),
        Broken(says=True),
        Broken(says="exit"),
        Broken(says=Passed(message=5)),
        Broken(says=Failed(message=msg("no")), wants=["a file"]),
        Broken(says=Failed(message=msg("no")), wants=5),
    ],
    ids=lambda broken: f"{broken.says} {broken.wants}",
)
def test_a_check_that_is_broken_somehow_is_nobodys_failure(broken: Broken) -> None:
    judged = only(result(broken))
    assert judged.status is Status.ERROR
    assert "the check 'broken' is broken: " in judged.message


def test_the_line_of_a_broken_check_is_told_not_that_of_a_library(installed: Install) -> None:
    text = CHECK.format(needs="[]").replace("Passed(", "self.nothing(")
    installed(text)
    judged = only(result(plugins.check_type("bad")(type="bad")))
    line = text.splitlines().index('        return self.nothing(message=msg("well"))') + 1
    assert judged.message.endswith(f"has no attribute 'nothing' (bad.py, line {line})")


def test_a_check_that_needs_what_it_should_is_judged() -> None:
    sound = Broken(says=Failed(message=msg("no")), wants=[FileNeed(path="a")])
    assert only(result(sound)).status is Status.FAIL
