"""The journal keeps what was seen, notices what was done to it, and survives a crash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from grader import journal
from grader.errors import JournalError
from grader.facts import Reason
from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.needs import AnyNeed, EventsNeed, FileNeed

RUN = "run-1"


def observation(name: str) -> Observation:
    data = {"sha256": "0" * 64, "size": 3, "text": name}
    return Observation(
        at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        source="submission",
        need=FileNeed(path=name),
        outcome="found",
        data=data,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / ".grade-lab" / "journal.jsonl"
    JournalFile(target).append([[observation(f"f{i}")] for i in range(5)], RUN)
    return target


def names(read: journal.Journal) -> list[str]:
    return [entry.need.path for entry in read.entries if isinstance(entry.need, FileNeed)]


def test_what_is_appended_is_read_back_in_order(path: Path) -> None:
    JournalFile(path).append([[observation("later")]], "run-2")
    read = JournalFile(path).read()
    assert names(read) == ["f0", "f1", "f2", "f3", "f4", "later"]
    assert [entry.seq for entry in read.entries] == [1, 2, 3, 4, 5, 6]
    assert read.intact


def test_a_missing_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert JournalFile(tmp_path / "none.jsonl").read() == journal.Journal()


def test_head_is_the_hash_of_the_last_line(path: Path) -> None:
    body = path.read_bytes().splitlines()[-1].split(b",", 1)[1]
    assert JournalFile(path).read().head == hashlib.sha256(body).hexdigest()


def test_an_altered_line_is_named_and_left_out_and_the_rest_kept(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"text":"f2"', b'"text":"hi"'))
    read = JournalFile(path).read()
    assert names(read) == ["f0", "f1", "f3", "f4"]
    assert [(d.line, str(d.message)) for d in read.defects] == [
        (3, "the line was altered after it was written")
    ]


def test_an_altered_last_line_is_noticed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"text":"f4"', b'"text":"hi"'))
    assert [defect.line for defect in JournalFile(path).read().defects] == [5]


def test_a_removed_line_is_noticed_and_the_rest_kept(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    read = JournalFile(path).read()
    assert names(read) == ["f0", "f1", "f3", "f4"]
    assert [defect.line for defect in read.defects] == [3]


def test_reordered_lines_are_noticed_and_kept(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    read = JournalFile(path).read()
    assert sorted(names(read)) == ["f0", "f1", "f2", "f3", "f4"]
    assert [defect.line for defect in read.defects] == [2]


def test_a_journal_cut_at_any_byte_keeps_every_whole_line_and_can_be_continued(
    path: Path,
) -> None:
    whole = path.read_bytes()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        read = JournalFile(path).read()
        assert len(read.entries) == whole[:cut].count(b"\n")
        assert read.intact == whole[:cut].endswith(b"\n") or cut == 0
    path.write_bytes(whole[:-10])
    JournalFile(path).append([[observation("after")]], "run-2")
    read = JournalFile(path).read()
    assert names(read) == ["f0", "f1", "f2", "f3", "after"]
    assert read.intact


def test_an_interrupted_run_keeps_what_was_collected(path: Path) -> None:
    def interrupted() -> Iterator[list[Observation]]:
        yield [observation("kept")]
        assert names(JournalFile(path).read())[-1] == "kept"  # at once, not with the next
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        JournalFile(path).append(interrupted(), "run-2")
    read = JournalFile(path).read()
    assert names(read)[-1] == "kept"
    assert read.intact


def chained(head: str, **fields: object) -> bytes:
    """A line with a right hash, whatever its fields are."""
    body = json.dumps({"prev": head, **fields}, separators=(",", ":")).encode()[1:]
    return b'{"hash":"%s",%s\n' % (hashlib.sha256(body).hexdigest().encode(), body)


FITS = {"seq": 1, "run": "x", **json.loads(observation("f").model_dump_json(exclude_none=True))}


@pytest.mark.parametrize(
    "line",
    [
        chained("0" * 64, v=2, what="new"),
        chained("0" * 64, v=2, **FITS),
        b'{"v":2,"sha3":"1f","entries":[]}\n',
    ],
    ids=["unknown content", "content that fits", "another form"],
)
def test_a_newer_version_is_refused_with_advice(path: Path, line: bytes) -> None:
    path.write_bytes(line)
    with pytest.raises(JournalError) as caught:
        JournalFile(path).read()
    assert "newer grade-lab" in str(caught.value)
    assert "install a newer grade-lab" in str(caught.value.advice[0])
    with pytest.raises(JournalError, match="newer grade-lab"):
        JournalFile(path).append([[observation("mine")]], RUN)
    assert path.read_bytes() == line


def test_what_a_released_version_cannot_read_has_a_version_of_its_own() -> None:
    """If this fails since the last release, raise `VERSION`: its key here rises with it."""
    kinds = [need.kind for need in get_args(get_args(AnyNeed)[0])]
    words = {
        *(*kinds, *Reason),
        *(*get_args(journal.Source), *get_args(journal.Outcome), *get_args(journal.Writer)),
    }
    known = {
        1: "absent batch calls compose config container content credentials denied engine "
        "engine-error engine-unreachable env-file event-window events file found grade http "
        "image login logs manifest network no-answer not-published not-running not-there "
        "outside-submission permission rate-limited registry registry-image registry-unreachable "
        "relay reproduction sandbox shell submission timeout too-large tree unavailable unreadable "
        "unsupported volume watch"
    }
    assert " ".join(sorted(words)) == known[journal.VERSION]


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[1]", b"\xff\xfe", b'{"hash":"x"}', b"null", b"", b'{"hash":"' + b"0" * 64 + b'"}'],
)
def test_a_line_that_is_no_entry_is_named_and_the_rest_kept(path: Path, line: bytes) -> None:
    path.write_bytes(path.read_bytes() + line + b"\n")
    read = JournalFile(path).read()
    assert len(read.entries) == 5
    assert [defect.line for defect in read.defects] == [6]


def test_an_entry_with_a_right_hash_but_unknown_content_is_left_out(path: Path) -> None:
    read = JournalFile(path).read()
    line = chained(read.head, v=1, seq=6, run="x", need={"kind": "moon"})
    path.write_bytes(path.read_bytes() + line)
    again = JournalFile(path).read()
    assert len(again.entries) == 5
    assert "unknown content" in str(again.defects[0].message)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".grade-lab").write_text("a file where the folder should be")
    with pytest.raises(JournalError, match="cannot be written"):
        JournalFile(tmp_path / ".grade-lab" / "journal.jsonl").append([[observation("x")]], RUN)


def an_event(second: int) -> Observation:
    return Observation(
        at=datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC),
        source="events",
        need=EventsNeed(),
        outcome="found",
        data={"type": "container", "action": "start", "id": "c1"},
    )


def test_an_event_is_recorded_once_whoever_tells_it(path: Path) -> None:
    assert JournalFile(path).append([[an_event(1), an_event(2)]], "run-2") == 2
    other = JournalFile(path)
    assert other.append([[an_event(1), an_event(2), an_event(3)]], "run-3", "watch") == 1
    assert other.append([[an_event(3)]], "run-4", "watch") == 0
    seconds = [e.at.second for e in JournalFile(path).read().entries if e.source == "events"]
    assert seconds == [1, 2, 3]


def test_two_writers_that_take_turns_leave_one_whole_chain(path: Path) -> None:
    one, other = JournalFile(path), JournalFile(path)
    for number in range(3):
        one.append([[observation(f"one{number}")]], "run-2")
        other.append([[observation(f"other{number}")]], "run-3", "watch")
    read = one.read()
    assert read == JournalFile(path).read()
    assert read.intact
    assert [entry.seq for entry in read.entries] == list(range(1, 12))
    assert [entry.by for entry in read.entries[-2:]] == ["grade", "watch"]


def test_a_reader_takes_up_a_journal_that_was_replaced(path: Path) -> None:
    reader = JournalFile(path)
    assert len(reader.read().entries) == 5
    path.unlink()
    JournalFile(path).append([[observation("new")]], "run-2")
    assert names(reader.read()) == ["new"]


def test_a_reader_takes_up_a_journal_of_another_branch(path: Path) -> None:
    """Git writes it anew, at times with the same inode, and it may be as long as the other."""
    other = path.with_name("other.jsonl")
    JournalFile(other).append([[observation(f"g{i}")] for i in range(5)], RUN)
    reader = JournalFile(path)
    assert names(reader.read())[0] == "f0"
    path.write_bytes(other.read_bytes())
    assert names(reader.read())[0] == "g0"
    reader.append([[observation("later")]], "run-2")
    assert JournalFile(path).read().intact


def test_a_file_of_nothing_but_broken_lines_is_told_in_bounds(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n" * 100_000)
    read = JournalFile(path).read()
    assert (len(read.entries), read.lines, read.intact) == (5, 100_005, False)
    assert len(read.defects) == journal.MAX_DEFECTS
    again = JournalFile(path)
    again.append([[observation("later")]], "run-2")
    assert again.read().entries[-1].need == FileNeed(path="later")


def test_a_file_of_more_lines_than_any_journal_has_is_refused(path: Path) -> None:
    path.write_bytes(b"\n" * (journal.MAX_LINES + 1))
    with pytest.raises(JournalError, match="more than 1000000 lines"):
        JournalFile(path).read()


def test_a_reason_that_quotes_a_long_text_is_shortened(path: Path) -> None:
    need = {"kind": "x" * 100_000}
    body = json.dumps({"prev": journal.GENESIS, "v": 1, "need": need}, separators=(",", ":"))
    digest = hashlib.sha256(body[1:].encode()).hexdigest()
    path.write_text(f'{{"hash":"{digest}",{body[1:]}\n')
    (defect,) = JournalFile(path).read().defects
    assert len(str(defect.message)) < 300


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_that_no_zone_can_tell_is_a_defect(path: Path, at: str) -> None:
    body = observation("strange").model_dump(mode="json", exclude_none=True) | {"at": at}
    entry = {"prev": JournalFile(path).read().head, "v": 1, "seq": 6, "run": RUN, **body}
    told = json.dumps(entry, separators=(",", ":"))[1:].encode()
    line = b'{"hash":"%s",%s\n' % (hashlib.sha256(told).hexdigest().encode(), told)
    path.write_bytes(path.read_bytes() + line)
    read = JournalFile(path).read()
    assert (names(read)[-1], [defect.line for defect in read.defects]) == ("f4", [6])
