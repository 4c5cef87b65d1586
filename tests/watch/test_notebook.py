"""Each answer is written once, and nothing is lost while the disk is full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.errors import JournalError
from grader.facts import Container, Event, Fact, Reason
from grader.journal import Entry, Observation, Writer
from grader.journal_file import JournalFile
from grader.messages import msg
from grader.needs import ContainerNeed, EventsNeed, ImageNeed, Need
from grader.watch import notebook as module
from grader.watch.notebook import Notebook

NEED = ContainerNeed(image="app:1")


def state(status: str, id_: str = "c1") -> Observation:
    return answer(NEED, Container(id=id_, name="web", image="app:1", image_id="i1", status=status))


def answer(need: Need[Fact], fact: Fact | None, reason: Reason | None = None) -> Observation:
    return Observation(
        at=datetime.now(UTC),
        source="engine",
        need=need,
        outcome="found" if fact else "absent",
        data=fact.model_dump(mode="json") if fact else None,
        reason=reason,
    )


class Disk(JournalFile):
    """A journal on a disk that can be full."""

    full = False

    def add(self, answers: Sequence[Observation], run: str, by: Writer) -> None:
        if self.full:
            raise JournalError(msg("full"))
        super().add(answers, run, by)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0)
    return Disk(tmp_path / "journal.jsonl")


def written(disk: Disk) -> list[Entry]:
    return list(JournalFile(disk.path).read().entries)


def statuses(disk: Disk) -> list[object]:
    return [entry.data and entry.data["status"] for entry in written(disk)]


def test_an_answer_is_written_when_it_differs_from_the_last(disk: Disk) -> None:
    notebook = Notebook(disk)
    for status in ("created", "created", "running", "running", "created"):
        notebook.note([state(status)])
    assert statuses(disk) == ["created", "running", "created"]


def test_an_absence_is_written_once(disk: Disk) -> None:
    notebook = Notebook(disk)
    for _ in range(3):
        notebook.note([answer(NEED, None, Reason.NOT_THERE)])
    assert [entry.outcome for entry in written(disk)] == ["absent"]


def test_the_answers_of_a_look_are_one_run_and_each_look_is_another(disk: Disk) -> None:
    notebook = Notebook(disk)
    notebook.note([state("running"), state("running", "c2")])
    notebook.note([state("running")])
    runs = [entry.run for entry in written(disk)]
    assert runs[0] == runs[1] != runs[2]
    assert {entry.by for entry in written(disk)} == {"watch"}
    assert [seen.fact.id for seen in notebook.evidence.of(NEED).now] == ["c1"]


def test_what_could_not_be_asked_of_an_engine_that_is_away_is_no_answer(disk: Disk) -> None:
    notebook = Notebook(disk)
    notebook.note([state("running")])
    notebook.note([answer(NEED, None, Reason.ENGINE_UNREACHABLE)])
    notebook.note([state("running")])
    assert statuses(disk) == ["running"]


def test_two_notebooks_tell_an_event_once(disk: Disk) -> None:
    event = answer(EventsNeed(), Event(type="container", action="start", id="c1"))
    for notebook in (Notebook(disk), Notebook(disk)):
        notebook.note([event])
        notebook.note([event])
    assert len(written(disk)) == 1


def test_a_full_disk_is_told_and_all_is_written_once_there_is_room(disk: Disk) -> None:
    notebook = Notebook(disk)
    notebook.note([state("created")])
    disk.full = True
    notebook.note([state("running")])
    notebook.note([answer(ImageNeed(image="app:1"), None, Reason.NOT_THERE)])
    assert notebook.trouble is not None
    assert statuses(disk) == ["created"]
    disk.full = False
    notebook.save()
    assert notebook.trouble is None
    assert [entry.need for entry in written(disk)] == [NEED, NEED, ImageNeed(image="app:1")]


def test_a_disk_that_stays_full_does_not_fill_the_memory(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    notebook = Notebook(disk)
    disk.full = True
    for number in range(10):
        notebook.note([state("running", f"c{number}")])
    disk.full = False
    notebook.save()
    assert [entry.data and entry.data["id"] for entry in written(disk)] == ["c7", "c8", "c9"]
