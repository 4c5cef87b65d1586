"""Journals of two computers that git put together: nothing is lost, and nobody looks a cheat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.batch.prints import prints_of
from grader.journal import Journal, Observation
from grader.journal_file import JournalFile
from grader.needs import FileNeed
from grader.rubric.find import find
from grader.rubric.load import load

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def looks(computer: str, hour: int) -> list[list[Observation]]:
    return [
        [
            Observation(
                at=START + timedelta(hours=hour, minutes=minute),
                source="submission",
                need=FileNeed(path=f"{computer}{minute}"),
                outcome="absent",
            )
        ]
        for minute in range(3)
    ]


def record(path: Path, computer: str, hour: int, before: bytes = b"") -> list[bytes]:
    """The lines that a computer adds to what it has of the journal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(before)
    JournalFile(path).append(looks(computer, hour), f"run-{computer}")
    return path.read_bytes()[len(before) :].splitlines(keepends=True)


def names(read: Journal) -> list[str]:
    return [entry.need.path for entry in read.entries if isinstance(entry.need, FileNeed)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".grade-lab" / "journal.jsonl"


ALL = [f"{computer}{minute}" for computer in ("base", "one", "two") for minute in range(3)]
MARKERS = (b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> 1f2e3d4 work at home\n")


@pytest.mark.parametrize("resolved", [True, False], ids=["both kept", "markers left in"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_merge_loses_nothing_and_is_no_defect(path: Path, *, resolved: bool, ends: bytes) -> None:
    base = record(path, "base", 0)
    one, two = (record(path, name, at, b"".join(base)) for name, at in (("one", 2), ("two", 1)))
    ours, between, theirs = (b"", b"", b"") if resolved else MARKERS
    merged = b"".join([*base, ours, *one, between, *two, theirs])
    path.write_bytes(merged.replace(b"\n", ends))
    read = JournalFile(path).read()
    assert names(read) == ALL
    assert read.intact
    assert read.forks == (read.entries[6].seq,)
    JournalFile(path).append(looks("later", 3), "run-later")
    read = JournalFile(path).read()
    assert (len(read.entries), len(read.forks), read.intact) == (12, 1, True)


def test_journals_that_two_computers_began_stand_together(path: Path) -> None:
    lines = [*record(path, "one", 0), *record(path, "two", 1)]
    path.write_bytes(b"".join(lines))
    read = JournalFile(path).read()
    assert (len(read.entries), read.forks, read.intact) == (6, (4,), True)


def test_a_line_that_a_merge_copied_counts_once(path: Path) -> None:
    base = record(path, "base", 0)
    one = record(path, "one", 1, b"".join(base))
    path.write_bytes(b"".join([*base, *one, *base[1:], *one]))
    reader = JournalFile(path)
    assert names(reader.read()) == ALL[:6]
    reader.append(looks("two", 2), "run-two")
    assert names(JournalFile(path).read()) == ALL
    assert reader.read() == JournalFile(path).read()
    assert reader.read().intact


def test_each_entry_has_a_place_of_its_own(path: Path) -> None:
    base = record(path, "base", 0)
    one, two = (record(path, name, 1, b"".join(base)) for name in ("one", "two"))
    path.write_bytes(b"".join([*base, *one, *two]))
    assert [entry.seq for entry in JournalFile(path).read().entries] == list(range(1, 10))


def test_lines_that_are_missing_between_two_computers_are_still_told(path: Path) -> None:
    base = record(path, "base", 0)
    one, two = (record(path, name, 1, b"".join(base)) for name in ("one", "two"))
    path.write_bytes(b"".join([*base, *one, *two[1:]]))
    (defect,) = JournalFile(path).read().defects
    assert (defect.line, str(defect.message)) == (7, "lines before this one were removed or moved")


def test_two_computers_are_told_as_such_and_no_clock_runs_backwards(path: Path) -> None:
    """The one that stands below worked before the other."""
    lesson = load(find("container-and-docker", path), {"hub_id": "haneul"})
    base = record(path, "base", 0)
    one, two = (record(path, name, at, b"".join(base)) for name, at in (("one", 2), ("two", 1)))
    path.write_bytes(b"".join([*base, *one, *two]))
    prints = prints_of(JournalFile(path).read(), lesson, path.parents[1])
    assert (prints.intact, prints.merged, prints.backwards) == (True, True, False)
    path.write_bytes(b"".join([*base, *one, *record(path, "two", 1, b"".join([*base, *one]))]))
    prints = prints_of(JournalFile(path).read(), lesson, path.parents[1])
    assert (prints.intact, prints.merged, prints.backwards) == (True, False, True)
