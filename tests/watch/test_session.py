"""One recorder at a time; others know of it, and can end it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from filelock import FileLock

from grader.watch.session import LOCK, STATUS, STATUS_BYTES, Session
from grader.watch.status import State
from tests.watch.another_recorder import another_process


def test_nobody_records_where_nothing_is(tmp_path: Path) -> None:
    assert Session(tmp_path / "none").status() is None
    assert not (tmp_path / "none").exists()


def test_another_process_knows_who_records_and_how_it_goes(tmp_path: Path) -> None:
    with another_process(tmp_path) as other:
        status = Session(tmp_path).status()
        assert status is not None
        assert (status.pid, status.state) == (other.pid, State.RECORDING)
        assert status.page == "http://127.0.0.1:1/x/"
        with Session(tmp_path).recording() as ours:
            assert not ours


def test_a_recorder_that_was_killed_records_no_more(tmp_path: Path) -> None:
    with another_process(tmp_path) as other:
        assert other.pid is not None
        os.kill(other.pid, signal.SIGKILL)
        other.join(60)
        assert (tmp_path / STATUS).exists()
        assert Session(tmp_path).status() is None
        with Session(tmp_path).recording() as ours:
            assert ours


def test_who_only_asks_keeps_nobody_from_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `watch --detach` asks, over and over, while its recorder begins."""
    asking = FileLock(tmp_path / LOCK)
    asking.acquire()
    monkeypatch.setattr("time.sleep", lambda _: asking.release())
    with Session(tmp_path).recording() as ours:
        assert ours


def test_a_recorder_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    with another_process(tmp_path) as other:
        assert Session(tmp_path).ask_to_stop(60)
        other.join(60)
        assert other.exitcode == 0
    session = Session(tmp_path)
    with session.recording():
        assert not session.asked_to_stop


def test_asking_one_that_does_not_listen_is_given_up(tmp_path: Path) -> None:
    with Session(tmp_path).recording():
        assert not Session(tmp_path).ask_to_stop(0.1)


@pytest.mark.parametrize("words", [b"", b"{", b"[]", b'{"pid": "x", "since": 1}', b"\xff"])
def test_an_unreadable_status_is_that_of_a_recorder_which_just_begins(
    tmp_path: Path, words: bytes
) -> None:
    with Session(tmp_path).recording():
        (tmp_path / STATUS).write_bytes(words)
        status = Session(tmp_path).status()
        assert status is not None
        assert status.state is State.CONNECTING


def test_the_status_keeps_its_size_so_that_a_full_disk_can_be_told(tmp_path: Path) -> None:
    session = Session(tmp_path)
    with session.recording():
        for state in State:
            session.tell(state)
            assert (tmp_path / STATUS).stat().st_size == STATUS_BYTES
            told = Session(tmp_path).status()
            assert told is not None
            assert told.state is state


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_the_address_of_the_page(tmp_path: Path) -> None:
    session = Session(tmp_path)
    with session.recording():
        assert (tmp_path / STATUS).stat().st_mode & 0o077 == 0
