"""A grading that is stopped at any stage ends at once, says so, and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.journal_file import JournalFile
from tests.faults.engine import FAULTS, RIGHT, faulty_engine
from tests.faults.rules import (
    DEADLINE,
    UNHURRIED,
    Lab,
    Ran,
    ended,
    expected_code,
    quiet,
    runs,
    started,
    together,
    until,
)
from tests.faults.scripted import STAGES
from tests.places import GRADE_LAB

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)

ASKING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
HELD = [stage for stage in STAGES if stage != "ping"]
READ_ONCE = {"changes", "archive"}
"""An image's content is not read again."""
LONG = 5 * DEADLINE
"""Seconds of patience: the signal ends the wait, not its end."""


def stopped(lab: Lab, folder: Path, stage: str, number: int, *options: str) -> Ran:
    """A grading that is sent a signal while it waits for the engine at this stage."""
    with faulty_engine(stage, FAULTS["is silent"]) as (host, asked):
        process, output = started(
            lab.folder, host, "grade", str(lab.folder), *options, patience=LONG
        )
        until(lambda: stage in asked or not runs(process))
        os.kill(process.pid, number)
        return ended(process, output)


@pytest.mark.parametrize("number", [*ASKING, signal.SIGKILL])
def test_while_the_engine_is_asked(tmp_path: Path, number: signal.Signals) -> None:
    def stop(stage: str) -> str:
        lab = Lab.make(tmp_path / stage)
        if stage not in READ_ONCE:
            with faulty_engine() as (host, _):
                lab.well(host)
        report = lab.report()
        try:
            ran = stopped(lab, tmp_path / f"{stage}.engine", stage, number)
            if number == signal.SIGKILL:
                assert ran.code == -signal.SIGKILL
                read = JournalFile(lab.journal).read()
                assert read.entries[: len(lab.before.entries)] == lab.before.entries
                assert read.intact  # a line is written at once
            else:
                quiet(ran)
                assert ran.code == 130, ran
                assert ran.told.endswith("interrupted; what was collected so far is kept\n")
                lab.nothing_lost()
            assert lab.report() == report
            with faulty_engine() as (host, _):
                lab.holds(lab.grade(host), right=RIGHT)  # and the next one goes on
        except (AssertionError, OSError) as error:
            return f"{stage}: {error}"
        return ""

    stages = HELD if number in {signal.SIGTERM, signal.SIGKILL} else HELD[::4]
    failures = list(filter(None, together(stages, stop)))
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


@pytest.mark.parametrize("number", ASKING[:2])
def test_at_any_moment(tmp_path: Path, number: signal.Signals) -> None:
    """From the start of Python to its end, also while reports are written."""
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine() as (host, _):
        begun = time.monotonic()
        assert lab.well(host)
        usual = time.monotonic() - begun
        for step in range(8):
            words = ("grade", str(lab.folder))
            process, output = started(lab.folder, host, *words, patience=UNHURRIED)
            time.sleep(usual * step / 6)
            if runs(process):
                os.kill(process.pid, number)
            ran = ended(process, output)
            if not ran.told and ran.code in {1, -number}:
                continue  # before the command began: the process itself was just made
            if ran.code == 130:
                quiet(ran)
                lab.nothing_lost()
                assert lab.result["passed"]
            else:
                lab.holds(ran)
            assert ran.code in {130, expected_code(lab.result)}


SWALLOWED = {
    "in a destructor": """
class Bad:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
def work():
    Bad()
    time.sleep(20)
""",
    "in a callback of C": """
import ctypes
@ctypes.CFUNCTYPE(None)
def callback():
    os.kill(os.getpid(), signal.SIGTERM)
def work():
    callback()
    time.sleep(20)
""",
    "while things are put in order": """
def work():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(20)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        print("in order", file=sys.stderr)
""",
    "while Python shuts down": """
import atexit
@atexit.register
def end():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(20)
def work():
    pass
""",
    "while threads end": """
import threading
def last():
    threading.main_thread().join()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(20)
def work():
    threading.Thread(target=last).start()
""",
}


@pytest.mark.parametrize("moment", SWALLOWED)
def test_a_signal_that_python_would_drop_still_counts(moment: str) -> None:
    program = f"""
import os, signal, sys, time
from grader.cli import main
{SWALLOWED[moment]}
main.cli.main = lambda *_, **__: work()
main.main([])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=DEADLINE
    )
    quiet(Ran(done.returncode, done.stderr))
    assert done.returncode == 130
    if moment == "while things are put in order":
        assert done.stderr.startswith("in order\n")


def test_a_signal_while_an_error_is_told() -> None:
    program = """
import os, signal, sys
from grader.cli import main
from grader.errors import GradeLabError
def fail(*_, **__):
    raise GradeLabError("odd")
main.cli.main = fail
main.complain = lambda _: os.kill(os.getpid(), signal.SIGINT)
main.main([])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=DEADLINE
    )
    quiet(Ran(done.returncode, done.stderr))
    assert done.returncode == 130


def test_what_nohup_ignores_stays_ignored() -> None:
    program = """
import os, signal, sys
from grader.cli import main
main.cli.main = lambda *_, **__: os.kill(os.getpid(), signal.SIGHUP)
main.main([])
"""
    command = ["nohup", sys.executable, "-c", program]
    assert subprocess.run(command, stdin=subprocess.DEVNULL, timeout=DEADLINE).returncode == 0


STARTING = ["contextlib", "click", "grader.cli.main", "grader.messages"]
"""Modules that are imported from the command's first line on."""
FIRST = {"grade-lab": [], "python -m grader": ["enum"]}
"""Others that are: the script that pip makes may import ``re``, and so ``enum``, before ours."""
COMMANDS = {
    "grade-lab": [str(GRADE_LAB)],
    "python -m grader": [sys.executable, "-m", "grader"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("number", ASKING)
def test_while_it_is_still_being_imported(
    tmp_path: Path, command: str, number: signal.Signals
) -> None:
    """The module is found by us, who then send the signal."""
    (tmp_path / "sitecustomize.py").write_text(
        """
import os, sys
class Finder:
    def find_spec(self, name, path, target=None):
        if name == os.environ["WHEN"]:
            os.kill(os.getpid(), int(os.environ["NUMBER"]))
sys.meta_path.insert(0, Finder())
for name in ("enum", "contextlib"):
    sys.modules.pop(name, None)
"""
    )
    for when in (*FIRST[command], *STARTING):
        env = {**os.environ, "PYTHONPATH": str(tmp_path), "WHEN": when, "NUMBER": str(int(number))}
        done = subprocess.run(
            [*COMMANDS[command], "--help"], env=env, capture_output=True, text=True
        )
        if when == "enum" and number != signal.SIGINT:
            assert done.returncode in {130, -number}  # Python's `signal` itself is not there yet
        else:
            assert done.returncode == 130, (when, done)
        assert done.stdout == done.stderr == "", (when, done)


WAITING = {
    "collect": ("image", ["collect"]),
    "doctor": ("info", ["doctor"]),
    "ci": ("info", ["ci", "--rubric", "{folder}/rubric.yaml"]),
    "grade --verify": ("info", ["grade", "--verify"]),
}


@pytest.mark.parametrize("number", [*ASKING[:2], signal.SIGKILL])
@pytest.mark.parametrize("name", WAITING)
def test_while_another_command_waits_for_the_engine(
    tmp_path: Path, name: str, number: signal.Signals
) -> None:
    stage, words = WAITING[name]
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine() as (host, _):
        lab.well(host)
    words = [word.format(folder=lab.folder) for word in (*words, "{folder}")]
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with faulty_engine(stage, FAULTS["is silent"]) as (host, asked):
        process, output = started(lab.folder, host, *words, env=env, patience=LONG)
        until(lambda: stage in asked or not runs(process))
        os.kill(process.pid, number)
        ran = ended(process, output)
    if number == signal.SIGKILL:
        assert ran.code == -signal.SIGKILL
    else:
        quiet(ran)
        assert ran.code == 130, ran
        assert not list((tmp_path / "state").rglob("*.lock"))  # no run is thought to be at work
    lab.nothing_lost()
    with faulty_engine() as (host, _):
        lab.holds(lab.grade(host, patience=LONG), right=RIGHT)


@pytest.mark.parametrize("stage", ["container", "archive", "distribution", "logs", "events"])
def test_a_recording_does_not_wait_for_a_look_that_takes_long(tmp_path: Path, stage: str) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine(stage, FAULTS["is silent"]) as (host, asked):
        words = ("watch", str(lab.folder), "--quiet")
        process, output = started(lab.folder, host, *words, patience=LONG)
        until(lambda: stage in asked or not runs(process))
        os.kill(process.pid, signal.SIGTERM)
        ran = ended(process, output)
    quiet(ran)
    assert ran.code == 0, ran
    lab.nothing_lost()
