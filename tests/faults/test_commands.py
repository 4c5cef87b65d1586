"""What holds for a grading holds for the other commands that ask an engine."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from grader.errors import ExitCode
from grader.journal_file import JournalFile
from grader.watch.session import Session
from tests.faults.engine import FAULTS, faulty_engine
from tests.faults.rules import Lab, command, ended, quiet, runs, started, together, until

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)

HARD = (
    *("hangs up", "is silent", "headers drip", "chunks drip", "garbage", "something else"),
    *("half a chunk", "500", "endless zeros", "endless lines", "redirects for ever"),
)
"""Of each family of faults, those that broke something once or look likeliest to."""


def each(faults: tuple[str, ...], broken) -> None:  # type: ignore[no-untyped-def]
    def told(fault: str) -> str:
        try:
            broken(fault)
        except (AssertionError, OSError, ValueError) as error:
            return f"{fault}: {error}"
        return ""

    failures = list(filter(None, together(faults, told)))
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


@pytest.mark.parametrize("stage", ["version", "info"])
def test_doctor(tmp_path: Path, stage: str) -> None:
    def broken(fault: str) -> None:
        lab = Lab.make(tmp_path / fault)
        with faulty_engine(stage, FAULTS[fault]) as (host, _):
            ran = command(lab.folder, host, "doctor", str(lab.folder), "--format", "json")
        quiet(ran)
        assert ran.code in {0, 1, 3}, ran
        assert json.loads(ran.told)["findings"]

    each(HARD, broken)


@pytest.mark.parametrize("stage", ["version", "events"])
def test_collect_and_then_judge(tmp_path: Path, stage: str) -> None:
    def broken(fault: str) -> None:
        lab = Lab.make(tmp_path / fault)
        with faulty_engine() as (host, _):
            lab.well(host)
        with faulty_engine(stage, FAULTS[fault]) as (host, _):
            ran = command(lab.folder, host, "collect", str(lab.folder))
            quiet(ran)
            assert ran.code == 0, ran
            lab.holds(command(lab.folder, host, "judge", str(lab.folder)))

    each(HARD[::2], broken)


@pytest.mark.parametrize("stage", ["version", "info"])
def test_ci(tmp_path: Path, stage: str) -> None:
    def broken(fault: str) -> None:
        lab = Lab.make(tmp_path / fault)
        with faulty_engine() as (host, _):
            lab.well(host)
        state = {"XDG_STATE_HOME": str(tmp_path / f"{fault}.state")}
        words = ("ci", str(lab.folder), "--rubric", str(lab.folder / "rubric.yaml"))
        with faulty_engine(stage, FAULTS[fault]) as (host, _):
            ran = command(lab.folder, host, *words, env=state)
        quiet(ran)
        assert ran.code in {0, 1, 3}, ran
        lab.nothing_lost()

    each(HARD[::2], broken)


@pytest.mark.parametrize("stage", ["version", "container", "events"])
def test_watch(tmp_path: Path, stage: str) -> None:
    """It goes on through the fault, ends when asked to, and loses nothing."""

    def broken(fault: str) -> None:
        lab = Lab.make(tmp_path / fault)
        with faulty_engine() as (host, _):
            lab.well(host)
        with faulty_engine(stage, FAULTS[fault]) as (host, asked):
            process, output = started(lab.folder, host, "watch", str(lab.folder), "--quiet")
            session = Session(lab.journal.parent)
            until(lambda: (stage in asked and session.status()) or not runs(process))
            assert runs(process), output.read_text()
            os.kill(process.pid, signal.SIGTERM)
            ran = ended(process, output)
        quiet(ran)
        assert ran.code == 0, ran
        lab.nothing_lost()
        assert JournalFile(lab.journal).read().intact
        with faulty_engine() as (host, _):
            lab.holds(lab.grade(host))

    each(("is silent", "something else", "endless lines", "half a chunk"), broken)


MANY = """\
schema: grade-lab/rubric/1
id: many
title: Many
objectives:
  - {id: one, title: A, points: 1, checks: [{type: container, name: cc}]}
  - {id: two, title: B, points: 1, checks: [{type: container, name: ccc}]}
  - {id: three, title: C, points: 1, checks: [{type: container, name: cccc}]}
  - {id: four, title: D, points: 1, checks: [{type: container, name: ccccc}]}
"""


def test_a_recording_connects_again_when_no_look_is_answered(tmp_path: Path) -> None:
    lab = Lab.make(tmp_path / "lab", MANY)
    with faulty_engine("container", FAULTS["is silent"]) as (host, asked):
        process, output = started(lab.folder, host, "watch", str(lab.folder), "--quiet")
        until(lambda: asked.count("version") > 1 or not runs(process))
        os.kill(process.pid, signal.SIGTERM)
        ran = ended(process, output)
    quiet(ran)
    assert ran.code == 0, ran


def test_a_grading_says_that_the_engine_leaves_questions_unanswered(tmp_path: Path) -> None:
    lab = Lab.make(tmp_path / "lab", MANY)
    with faulty_engine("container", FAULTS["is silent"]) as (host, asked):
        ran = lab.grade(host)
    quiet(ran)
    assert ran.code == ExitCode.INCOMPLETE, ran
    assert "3 questions in a row were not answered in time" in ran.told
    assert set(lab.told().values()) == {"error"}
    assert asked.count("container") == 3
