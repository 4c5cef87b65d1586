"""A file is written whole or not at all, and nothing else is left beside it."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from grader.errors import OutputError
from grader.whole import PRIVATE, whole


def test_folders_are_made_and_no_draft_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    with whole(path) as draft:
        draft.write_text("done")
        assert not path.exists()
    assert path.read_text() == "done"
    assert list(path.parent.iterdir()) == [path]


def test_what_was_there_stays_if_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError), whole(path) as draft:
        draft.write_text("half a character: \ud800", encoding="utf-8")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    (tmp_path / f".file.txt.{os.getpid()}").write_text("longer than what is written")
    with whole(path) as draft:
        draft.write_text("done")
    assert path.read_text() == "done"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
def test_a_private_file_is_nobody_elses_to_read_at_any_time(tmp_path: Path) -> None:
    with whole(tmp_path / "key", PRIVATE) as draft:
        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
        draft.write_text("secret")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("code", "advice"), [(errno.ENOSPC, "free some disk space"), (errno.EACCES, "close it if")]
)
def test_what_to_do_fits_what_is_in_the_way(tmp_path: Path, code: int, advice: str) -> None:
    with pytest.raises(OutputError) as caught, whole(tmp_path / "file.txt"):
        raise OSError(code, "")
    assert advice in str(caught.value.advice[0])


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError) as caught, whole(tmp_path / "out" / "file.txt"):
        pass
    assert caught.value.where == str(tmp_path / "out" / "file.txt")
