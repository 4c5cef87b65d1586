"""An app or a log that never ends, or is full of what is no text, breaks nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from grader.collect.answer import NoAnswerError
from grader.collect.client import Client
from grader.collect.endpoint import Endpoint
from grader.collect.followed_log import FollowedLog
from grader.facts import Reason
from grader.journal_file import JournalFile
from grader.needs import LogsNeed
from grader.verify.sandbox import LOG_BYTES
from tests.faults import engine, scripted
from tests.faults.engine import FAULTS, Fault, faulty_engine
from tests.faults.registry import broken_registry
from tests.faults.rules import DEADLINE, Lab, ended, quiet, runs, started, until

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)

KEPT = 100_000
"""More than is ever kept of one log or page."""


def frame(data: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def endless(data: bytes) -> Fault:
    """The learner's line, and then the same data for ever: as long as a log of 5 GB would take."""

    def flow(connection: socket.socket, _: bytes, over: Event) -> None:
        connection.sendall(HEAD + chunk(frame(b"ready to serve\n")))
        while not over.is_set():
            connection.sendall(data)

    return flow


def whole(*frames: bytes) -> Fault:
    return lambda c, _, __: c.sendall(HEAD + b"".join(map(chunk, frames)) + b"0\r\n\r\n")


READY = frame(b"ready to serve\n")
LOGS: dict[str, tuple[Fault, str]] = {
    "without end": (endless(chunk(frame(b"x" * 65536))), "pass"),
    "of nothing, without end": (endless(chunk(frame(b"") * 8000)), "pass"),
    "one frame of 4 GB": (endless(chunk(b"\x01\0\0\0\xff\xff\xff\xff" + b"y" * 65000)), "pass"),
    "one line without end": (endless(chunk(frame(b"z" * 65536, 2))), "pass"),
    "binary": (whole(frame(bytes(range(256)) * 50 + b"\n"), READY), "pass"),
    "no UTF-8": (whole(frame(b"\xff\xfe\xc3\x28 \xed\xa0\x80\n"), READY), "pass"),
    "terminal escapes": (whole(frame(b"\x1b]0;x\x07\x1b[2J\x1b[31m\x9b31m\r\n"), READY), "pass"),
    "zeros": (whole(frame(bytes(100_000) + b"\n"), READY), "pass"),
    "an unknown stream": (whole(frame(b"x", 9), READY), "error"),
}


@pytest.mark.parametrize("kind", LOGS)
def test_a_log(tmp_path: Path, kind: str) -> None:
    fault, expected = LOGS[kind]
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine("logs", fault) as (host, _):
        ran = lab.grade(host)
    lab.holds(ran, right=engine.RIGHT)
    assert lab.told()["log"] == expected
    assert "\x1b" not in ran.told
    assert max(map(len, lab.journal.read_bytes().splitlines())) < KEPT * 6  # JSON's own escapes


@pytest.mark.parametrize("kind", LOGS)
def test_a_log_that_a_recording_follows(tmp_path: Path, kind: str) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine("logs", LOGS[kind][0]) as (host, asked):
        process, output = started(lab.folder, host, "watch", str(lab.folder), "--quiet")
        until(lambda: ("logs" in asked and kept(lab)) or not runs(process), "no log is kept")
        os.kill(process.pid, signal.SIGTERM)
        ran = ended(process, output)
    quiet(ran)
    assert ran.code == 0, ran
    lab.nothing_lost()
    assert "\x1b" not in ran.told
    assert max(map(len, lab.journal.read_bytes().splitlines())) < KEPT * 6


def kept(lab: Lab) -> bool:
    entries = JournalFile(lab.journal).read().entries if lab.journal.exists() else ()
    return any(isinstance(entry.need, LogsNeed) for entry in entries)


@pytest.mark.parametrize("kind", LOGS)
def test_a_log_of_what_is_verified(kind: str) -> None:
    """It is read as it is written; the sandbox ends who writes more than it takes."""
    with faulty_engine("logs", LOGS[kind][0]) as (host, _):
        client = Client(Endpoint((host,)))
        over = Event()
        log = FollowedLog(client, {"Id": scripted.CONTAINER, "Config": {}}, over.set)
        deadline = time.monotonic() + DEADLINE
        while not over.is_set() and log.size <= LOG_BYTES and kind != "of nothing, without end":
            assert time.monotonic() < deadline, log.size
            time.sleep(0.02)
        fact, trouble = log.fact(), log.trouble
        client.close()
    assert len(fact.stdout) + len(fact.stderr) < KEPT * 4
    assert isinstance(trouble, NoAnswerError) == (kind == "an unknown stream")


APP = """\
schema: grade-lab/rubric/1
id: app
title: App
objectives:
  - {id: http, title: H, points: 1, checks: [{type: http, name: web, port: 8000, deadline: 2}]}
  - {id: file, title: F, points: 1, checks: [{type: file, path: app.py}]}
"""


@pytest.mark.parametrize("fault", FAULTS)
def test_an_app(tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab.make(tmp_path / "lab", APP)
    with broken_registry(FAULTS[fault]) as address, faulty_engine() as (host, _):
        port = address.partition(":")[2]
        settings = {"Ports": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]}}
        container = {**dict(scripted.ANSWERS["container"]), "NetworkSettings": settings}  # type: ignore[call-overload]
        monkeypatch.setitem(scripted.ANSWERS, "container", container)
        ran = lab.grade(host)
    # What the app does is the learner's own: its silence is a failure, and no trouble of ours.
    lab.holds(ran, right={"http": lab.told()["http"], "file": "pass"})
    assert lab.told()["http"] in {"pass", "fail", "partial"}
    [answer] = [e for e in JournalFile(lab.journal).read().entries if e.source == "http"]
    assert answer.outcome == "found" or answer.reason is Reason.NO_ANSWER
    assert len(json.dumps(answer.data)) < KEPT * 6
