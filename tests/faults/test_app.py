"""An app or a log that never ends, or is full of what is no text, breaks nothing."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from threading import Event

import pytest

from grader.facts import Reason
from grader.journal_file import JournalFile
from tests.faults import engine
from tests.faults.engine import FAULTS, Fault, faulty_engine
from tests.faults.rules import Lab
from tests.faults.test_registry import broken_registry

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
        container = {**dict(engine.ANSWERS["container"]), "NetworkSettings": settings}  # type: ignore[call-overload]
        monkeypatch.setitem(engine.ANSWERS, "container", container)
        ran = lab.grade(host)
    # What the app does is the learner's own: its silence is a failure, and no trouble of ours.
    lab.holds(ran, right={"http": lab.told()["http"], "file": "pass"})
    assert lab.told()["http"] in {"pass", "fail", "partial"}
    [answer] = [e for e in JournalFile(lab.journal).read().entries if e.source == "http"]
    assert answer.outcome == "found" or answer.reason is Reason.NO_ANSWER
    assert len(json.dumps(answer.data)) < KEPT * 6
