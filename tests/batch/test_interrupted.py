"""A run that is interrupted or killed loses nothing that is finished, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch.batch import Progress
from grader.batch.worker import SCRATCH
from tests.batch.odd_class import OddClass, installed, tidy


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with tidy(), installed(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def stopped(site: Path, tmp_path: Path) -> Iterator[tuple[OddClass, subprocess.Popen[bytes], int]]:
    """A run that has judged `a`, and is at `b`: whose pipe tells when its worker has ended."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    class_ = OddClass.make(tmp_path, {"a": "well", "b": f"gate {fifo}", "c": "well"})
    (class_.submissions / "b").rename(tmp_path / "b")
    with zipfile.ZipFile(class_.submissions / "b.zip", "w") as archive:
        for path in (tmp_path / "b").iterdir():
            archive.write(path, path.name)
    with class_.start(site) as run:
        gate = os.open(fifo, os.O_RDONLY)  # returns when the worker is there
        assert run.stdout is not None
        assert [run.stdout.readline() for _ in range(2)] == [b"0\n", b"1\n"]  # `a` is kept
        yield class_, run, gate
        os.close(gate)
        run.kill()


def _is_over(class_: OddClass, gate: int) -> None:
    assert os.read(gate, 1) == b""  # the worker has ended
    shutil.rmtree(class_.folder / "b")
    (class_.submissions / "b.zip").unlink()
    class_.add("b", "well")
    assert class_.run() == Progress(total=3, done=3, unchanged=1)
    assert class_.judged == ["b", "c"]
    assert not (class_.out / SCRATCH).exists()


def test_ctrl_c_keeps_what_is_finished_and_leaves_nothing_behind(
    stopped: tuple[OddClass, subprocess.Popen[bytes], int],
) -> None:
    class_, run, gate = stopped
    assert len(list((class_.out / SCRATCH).iterdir())) == 1
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate()
    assert run.returncode == -signal.SIGINT
    assert errors.decode().rstrip().endswith("KeyboardInterrupt")
    assert errors.count(b"Traceback") == 1  # none of a worker's
    assert not (class_.out / SCRATCH).exists()
    _is_over(class_, gate)


def test_kill_9_loses_nothing_and_the_workers_end(
    stopped: tuple[OddClass, subprocess.Popen[bytes], int],
) -> None:
    class_, run, gate = stopped
    run.kill()
    run.communicate()  # returns when no process has its output open any more
    _is_over(class_, gate)


def test_nothing_in_the_working_folder_is_imported(site: Path, tmp_path: Path) -> None:
    class_ = OddClass.make(tmp_path / "class", {"a": "well"})
    hostile = tmp_path / "hostile"
    for name in ("grader", "checks", "multiprocessing", "pebble", "json", "odd_checks", "signal"):
        (hostile / name).mkdir(parents=True)
        (hostile / name / "__init__.py").write_text("open('imported', 'a').write(__name__)\n")
    with class_.start(site, cwd=hostile) as run:
        assert run.communicate() == (b"0\n1\n", b"")
    assert run.returncode == 0
    assert not (hostile / "imported").exists()
    assert class_.run() == Progress(total=1, done=1, unchanged=1)
