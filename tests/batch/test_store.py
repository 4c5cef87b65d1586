"""What was stored is there whatever happened; what cannot be used is told in words."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from grader.batch.batch import alone
from grader.batch.model import Row
from grader.batch.store import VERSION, Known, Store
from grader.errors import GradeLabError
from grader.result import Learner

WRITE = """\
import sys
from pathlib import Path
from grader.batch.model import Row
from grader.batch.store import Store
from grader.errors import GradeLabError
{before}
try:
    with Store(Path(sys.argv[1])) as store:
        for number in range(100_000):
            store.put(Row(label=f"{{number:06}}", key="k", error="e" * 500), "g")
            print(f"{{number:06}}", flush=True)
except GradeLabError as error:
    sys.exit(f"told: {{error}}")
"""
READ = """\
import sys
from pathlib import Path
from grader.batch.store import Store
with Store(Path(sys.argv[1]), reading=True) as store:
    print([row.label for row in store.rows()])
"""
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
SMALL_DISK = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))"
)


def row(label: str, **fields: str) -> Row:
    return Row(label=label, key=f"key of {label}", learner=Learner(id=label), **fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "class.sqlite"


def labels(path: Path) -> list[str]:
    with Store(path) as store:
        return [row.label for row in store.rows()]


def writer(path: Path, before: str = "") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITE.format(before=before), str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_rows_come_in_the_order_of_their_labels_as_often_as_asked(path: Path) -> None:
    with Store(path) as store:
        for label in ("c", "a", "b"):
            store.put(row(label))
        assert [one.label for one in store.rows()] == ["a", "b", "c"]
        first, second = store.rows(), store.rows()
        assert next(first) == next(second) == row("a")
        assert next(first) == row("b")


def test_a_row_comes_back_as_it_was(path: Path) -> None:
    with Store(path) as store:
        store.put(row("a"))
        store.put(row("a", error="broken"), "seen")
    with Store(path) as store:
        assert list(store.rows()) == [row("a", error="broken")]
        assert store.known("a") == Known("key of a", "seen")
        store.saw("a", "later")
        assert store.known("a") == Known("key of a", "later")
        assert store.known("b") == Known()


def test_rows_may_be_put_while_they_are_read(path: Path) -> None:
    with Store(path) as store:
        store.put(row("a"))
        for one in store.rows():
            store.put(one.model_copy(update={"error": "e"}))
        assert [one.error for one in store.rows()] == ["e"]


def test_only_what_is_still_there_is_kept(path: Path) -> None:
    with Store(path) as store:
        for label in "abcd":
            store.put(row(label))
        store.keep_only(iter("acx"))
        store.keep_only(["a", "c", "d"])
    assert labels(path) == ["a", "c"]


def test_kill_9_while_writing_loses_nothing_that_was_put(path: Path) -> None:
    with writer(path) as process:
        assert process.stdout is not None
        put = [process.stdout.readline().decode().strip() for _ in range(300)]
        process.send_signal(signal.SIGKILL)
    kept = labels(path)
    assert kept[:300] == put
    with Store(path) as store:
        assert all(one.error == "e" * 500 for one in store.rows())


def test_a_full_disk_is_told_and_what_was_put_is_kept(path: Path) -> None:
    with writer(path, SMALL_DISK) as process:
        out, errors = process.communicate()
    told = errors.decode()
    assert told.startswith("told: the results so far cannot be used: ")
    assert "Traceback" not in told
    put = out.decode().split()
    assert put
    assert labels(path)[: len(put)] == put


@pytest.mark.parametrize(
    "content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 8000], ids=["text", "torn"]
)
def test_a_file_that_is_no_database_is_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(GradeLabError, match="cannot be used") as told, Store(path):
        pass
    assert told.value.where == str(path)
    assert path.read_bytes() == content


def test_a_database_that_is_damaged_inside_is_told(path: Path) -> None:
    with Store(path) as store:
        for number in range(2000):
            store.put(row(str(number)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    with pytest.raises(GradeLabError, match="cannot be used"):
        labels(path)


def test_a_row_that_is_damaged_is_told(path: Path) -> None:
    with Store(path) as store:
        store.put(row("a"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE rows SET row = '{\"label\": 5}'")
    with Store(path) as store, pytest.raises(GradeLabError, match="damaged"):
        list(store.rows())


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(GradeLabError, match="folder cannot be used: Not a directory"),
        alone(tmp_path / "file" / "x"),
    ):
        pass


def test_where_nothing_can_be_written_rows_can_be_read(path: Path) -> None:
    with Store(path) as store:
        store.put(row("a"))
    path.parent.chmod(0o555)
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("needs somebody whom permissions concern")
    unprivileged = AS_ANYBODY if os.geteuid() == 0 else []
    command = [*unprivileged, sys.executable, "-c", READ, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "['a']\n"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_rows_of_another_version_are_not_lost_by_reading(path: Path, version: int) -> None:
    with Store(path) as store:
        store.put(row("a"))
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(GradeLabError, match="another version"), Store(path, reading=True):
        pass
    assert path.read_bytes() == before


def test_nobody_is_advised_to_delete_results(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    for reading in (True, False):
        with pytest.raises(GradeLabError) as told, Store(path, reading=reading):
            pass
        assert "somewhere else" in str(told.value.advice[0])


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_rows_of_another_version_are_made_again(path: Path, version: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE rows (label TEXT, other TEXT)")
        connection.execute("INSERT INTO rows VALUES ('a', 'b')")
        connection.execute(f"PRAGMA user_version = {version}")
    assert labels(path) == []
    with Store(path) as store:
        store.put(row("a"))
    assert labels(path) == ["a"]
