"""A recording as a whole, before an engine that answers from a script."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from grader.collect import connection
from grader.evidence import Evidence
from grader.facts import Fact
from grader.journal_file import JournalFile
from grader.needs import ContainerNeed, EventsNeed, EventWindowNeed, FileNeed, ImageNeed, Need
from grader.watch import recorder as module
from grader.watch import sleep
from grader.watch.recorder import Recorder
from grader.watch.status import State
from grader.watch.watching import running
from tests.faults import engine, scripted
from tests.faults.engine import Fault, faulty_engine
from tests.relay.engines import wait_until

WEB, IMAGE = ContainerNeed(name="web"), ImageNeed(image="app:1")
EVENTS = (EventsNeed(name="web"), EventWindowNeed())


def telling(*later: Mapping[str, Any]) -> Fault:
    """How an engine tells its events: at first those of before, and to who follows, these."""
    asked = count(1)

    def tell(connection: socket.socket, before: bytes, over: Flag) -> None:
        follows = next(asked) % 2 == 0
        told = b"".join(json.dumps(event).encode() + b"\n" for event in later)
        body = told if follows else before
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
        if follows:
            over.wait()

    return tell


@contextmanager
def recording(
    folder: Path, *needs: Need[Fact], events: Fault | None = None
) -> Iterator[tuple[Recorder, list[str], JournalFile]]:
    """A recorder at work, what its engine was asked, and its journal."""
    journal = JournalFile(folder / ".grade-lab" / "journal.jsonl")
    with faulty_engine("events", events or telling()) as (host, asked):
        recorder = Recorder((*EVENTS, *needs), folder, journal, {"DOCKER_HOST": host})
        with running(recorder.run):
            yield recorder, asked, journal


def known(journal: JournalFile) -> Evidence:
    return Evidence(journal.read())


def test_a_container_that_does_not_run_any_more_is_recorded_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = {"Status": "exited", "Running": False, "ExitCode": 3}
    web: Any = scripted.ANSWERS["container"]
    monkeypatch.setitem(scripted.ANSWERS, "container", {**web, "State": ended})
    with recording(tmp_path, WEB) as (recorder, _, journal):
        wait_until(lambda: recorder.state is State.RECORDING)
        [seen] = known(journal).of(WEB).now
    assert (seen.fact.status, seen.fact.exit_code) == ("exited", 3)


def executed(journal: JournalFile) -> set[str]:
    return {seen.fact.command for seen in known(journal).events("exec_start", name="web")}


def test_of_many_events_at_once_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BATCH", 2)
    events = [
        scripted._event(100 + number, f"exec_start: ls {number}", execID=f"{number:064x}")
        for number in range(50)
    ]
    commands = {f"ls {number}" for number in range(50)}
    with recording(tmp_path, WEB, events=telling(*events)) as (_, __, journal):
        wait_until(lambda: commands <= executed(journal))


def test_an_image_is_seen_also_where_a_build_makes_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The containerd image store of some versions tells none."""
    monkeypatch.setattr(module, "POLL_SECONDS", 0.05)
    info: Any = scripted.ANSWERS["info"]
    store = [["driver-type", "io.containerd.snapshotter.v1"]]
    monkeypatch.setitem(scripted.ANSWERS, "info", {**info, "DriverStatus": store})
    image = scripted.ANSWERS["image"]
    monkeypatch.delitem(scripted.ANSWERS, "image")
    with recording(tmp_path, IMAGE) as (recorder, _, journal):
        wait_until(lambda: recorder.state is State.RECORDING)
        assert not known(journal).of(IMAGE).found
        monkeypatch.setitem(scripted.ANSWERS, "image", image)
        wait_until(lambda: known(journal).of(IMAGE).found)


def test_when_the_computer_slept_it_connects_anew_and_says_how_long_it_saw_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = [0.0]
    clocks = sleep._clocks
    monkeypatch.setattr(sleep, "_clocks", lambda: (clocks()[0] + slept[0], clocks()[1]))
    with recording(tmp_path, WEB) as (recorder, asked, journal):
        wait_until(lambda: recorder.state is State.RECORDING)
        once = asked.count("version")
        slept[0] = 3600.0
        wait_until(lambda: asked.count("version") > once)
        wait_until(lambda: recorder.state is State.RECORDING)
        assert known(journal).of(EventWindowNeed()).found


def test_what_is_there_still_is_recorded_again_when_the_journal_was_taken_away(
    tmp_path: Path,
) -> None:
    """As `git stash` and `git clean` do."""
    notes = FileNeed(path="notes.txt")
    (tmp_path / "notes.txt").write_text("mine")
    with recording(tmp_path, WEB, notes) as (_, __, journal):

        def all_is_known() -> bool:
            return bool(known(journal).of(WEB).found and known(journal).of(notes).found)

        wait_until(all_is_known)
        journal.path.unlink()
        wait_until(all_is_known)


def test_where_no_look_is_answered_it_connects_anew_though_events_could_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = Flag()

    def silent(target: str) -> tuple[str, bytes]:
        if "/containers/c" in target:
            over.wait()
        return scripted.scripted(target)

    monkeypatch.setattr(engine, "scripted", silent)
    for name in ("READ_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(connection, name, 0.3)
    needs = [ContainerNeed(name="c" * number) for number in range(1, 5)]
    with recording(tmp_path, *needs) as (recorder, asked, _):
        wait_until(lambda: recorder.trouble)
        assert "does not answer" in str(recorder.trouble)
        wait_until(lambda: asked.count("version") > 1)
        over.set()
        wait_until(lambda: recorder.state is State.RECORDING)
