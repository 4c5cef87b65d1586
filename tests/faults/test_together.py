"""Graders, a recording and recorded shells on one submission, all at once."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from grader.facts import Call
from grader.journal_file import JournalFile
from grader.needs import CallsNeed
from tests.faults.engine import RIGHT, faulty_engine
from tests.faults.rules import UNHURRIED, Lab, ended, quiet, runs, started, together, until

if sys.platform == "win32":
    pytest.skip("needs Unix sockets", allow_module_level=True)

ASK = """
import os, socket, sys
for _ in range(5):
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
        engine.sendall(b"GET /v1.41/containers/web/logs HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        while engine.recv(65536):
            pass
"""
"""What a docker command does, in a recorded shell."""


def writers(lab: Lab) -> set[str]:
    return {entry.by for entry in JournalFile(lab.journal).read().entries}


def test_they_lose_nothing_and_the_verdict_stays(tmp_path: Path) -> None:
    lab = Lab.make(tmp_path / "lab")
    (tmp_path / "ask.py").write_text(ASK)
    words = {
        "grade": ("grade", str(lab.folder)),
        "collect": ("collect", str(lab.folder)),
        "shell": ("shell", str(lab.folder), "--", sys.executable, str(tmp_path / "ask.py")),
    }
    with faulty_engine() as (host, _):
        lab.well(host)
        watch, output = started(
            lab.folder, host, "watch", str(lab.folder), "--quiet", patience=UNHURRIED
        )
        until(lambda: "watch" in writers(lab) or not runs(watch), "it does not record")

        def run(name: str) -> None:
            env = {"SHELL": "/bin/sh", "XDG_RUNTIME_DIR": str(tmp_path)}
            given = started(lab.folder, host, *words[name], env=env, patience=UNHURRIED)
            ran = ended(*given)
            quiet(ran)
            assert ran.code == 0, ran

        together(["grade", "shell", "grade", "collect", "shell"], run)
        os.kill(watch.pid, signal.SIGTERM)
        ran = ended(watch, output)
        quiet(ran)
        assert ran.code == 0, ran
        lab.nothing_lost()
        read = JournalFile(lab.journal).read()
        assert writers(lab) >= {"grade", "shell", "watch"}
        assert [entry.seq for entry in read.entries] == list(range(1, len(read.entries) + 1))
        calls = [entry for entry in read.entries if isinstance(entry.need, CallsNeed)]
        assert Call.model_validate(calls[0].data).path == "/containers/web/logs"
        lab.holds(lab.grade(host, patience=UNHURRIED), right=RIGHT)
        assert lab.told() == RIGHT
