"""Calls reach the journal as they happen; a journal that cannot be written is told, not raised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from grader.evidence import Evidence
from grader.facts import Call
from grader.journal_file import JournalFile
from grader.needs import CallsNeed, ContainerNeed
from grader.relay import notes as module
from grader.relay.notes import Notes
from grader.relay.wanted import Wanted
from grader.series import Strength
from tests.relay.engines import wait_until

LOGS = CallsNeed(path="/containers/{id}/logs")
LIST = CallsNeed(path="/containers/json")
IMAGE = CallsNeed(path="/images/{name}/json")


def get(path: str, status: int = 200, method: str = "GET") -> Call:
    return Call(method=method, path=path, status=status)


@pytest.fixture
def journal(tmp_path: Path) -> JournalFile:
    return JournalFile(tmp_path / ".grade-lab" / "journal.jsonl")


@pytest.fixture
def notes(journal: JournalFile) -> Iterator[Notes]:
    made = Notes(Wanted([LOGS, LIST, IMAGE, ContainerNeed(name="web")]), journal)
    yield made
    made.close()


def test_a_call_is_recorded_by_the_shell_as_it_happens(notes: Notes, journal: JournalFile) -> None:
    notes.note(get("/containers/web/logs"))
    wait_until(lambda: notes.count)
    [entry] = journal.read().entries
    assert (entry.by, entry.source, entry.need) == ("shell", "relay", LOGS)
    [seen] = Evidence(journal.read()).of(LOGS).found
    assert (seen.fact, seen.strength) == (get("/containers/web/logs"), Strength.RECORDED)


@pytest.mark.parametrize(
    "call",
    [
        get("/containers/web/json"),
        get("/containers/a/b/logs"),
        get("/containers/json", method="POST"),
        get("/images/json"),
        get("/v1.41/containers/json"),
        get("/containers/json/"),
        get(""),
    ],
)
def test_what_the_rubric_does_not_ask_for_is_not_recorded(
    call: Call, notes: Notes, journal: JournalFile
) -> None:
    notes.note(call)
    notes.close()
    assert not journal.path.parent.exists()


@pytest.mark.parametrize("name", ["app:1", "localhost:5000/me/app:1.0", "sha256:" + "a" * 64])
def test_an_images_name_may_have_slashes(name: str, notes: Notes, journal: JournalFile) -> None:
    notes.note(get(f"/images/{name}/json"))
    notes.close()
    assert [entry.need for entry in journal.read().entries] == [IMAGE]


def test_a_command_in_a_loop_does_not_fill_the_journal(notes: Notes, journal: JournalFile) -> None:
    for _ in range(1000):
        notes.note(get("/containers/json"))
    notes.note(get("/containers/json", 500))
    notes.note(get("/containers/json"))
    notes.close()
    assert 2 <= len(journal.read().entries) <= 20
    assert journal.read().intact


def test_a_journal_that_cannot_be_written_is_told_in_the_end(tmp_path: Path) -> None:
    (tmp_path / ".grade-lab").write_text("a file where the folder should be")
    notes = Notes(Wanted([LIST]), JournalFile(tmp_path / ".grade-lab" / "journal.jsonl"))
    notes.note(get("/containers/json"))
    notes.close()
    assert (notes.count, notes.lost) == (0, 1)
    assert "cannot be written" in str(notes.trouble)


def test_what_could_not_be_written_is_written_once_it_can(
    tmp_path: Path, journal: JournalFile
) -> None:
    journal.path.parent.write_text("a file where the folder should be")
    notes = Notes(Wanted([LIST, LOGS]), journal)
    notes.note(get("/containers/json"))
    wait_until(lambda: notes.trouble)
    journal.path.parent.unlink()
    notes.note(get("/containers/web/logs"))
    notes.close()
    assert (notes.count, notes.lost, notes.trouble) == (2, 0, None)
    assert len(journal.read().entries) == 2


class Stuck(JournalFile):
    """A journal that another process holds for long."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.waited_for, self.free = Event(), Event()

    def add(self, *arguments: Any, **options: Any) -> None:
        self.waited_for.set()
        assert self.free.wait(20)
        super().add(*arguments, **options)


def test_a_journal_that_cannot_be_written_for_long_does_not_fill_the_memory(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came first is kept, for it may be what is proven by; of the rest the loss is told."""
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    stuck = Stuck(journal.path)
    notes = Notes(Wanted([LOGS]), stuck)
    notes.note(get("/containers/a/logs"))
    assert stuck.waited_for.wait(20)
    for container in ("b", "c", "d", "b", "e"):
        notes.note(get(f"/containers/{container}/logs"))
    stuck.free.set()
    notes.close()
    assert (notes.count, notes.lost) == (3, 2)
    kept = [entry.data and entry.data["path"] for entry in journal.read().entries]
    assert kept == [f"/containers/{container}/logs" for container in "abc"]
