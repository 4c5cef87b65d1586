"""Tasks are worked on within limits; a process that ends costs its own task at most."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.batch import processes, work
from grader.batch.work import AHEAD, done, executor, usual_jobs
from grader.errors import GradeLabError


def square(number: int) -> int:
    return number * number


def process_id(_: int) -> int:
    return os.getpid()


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def fill(count: int) -> int:
    return len([bytes(processes.MEMORY_BYTES // 8) for _ in range(count)])


def end_once(marker: str) -> str:
    """End the process, the first time."""
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return "went well"
    os.kill(os.getpid(), signal.SIGKILL)
    return "unreachable"


def end(code: int) -> None:
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


def ignores_sigterm(fifo: str) -> None:
    """Tell the test that it is there, then do not listen."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.open(fifo, os.O_WRONLY)
    time.sleep(600)


def interrupts(_: int) -> str:
    return "ignored" if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else "heard"


def test_each_task_comes_with_its_result() -> None:
    with executor(jobs=2, seconds=60) as (pool, ahead):
        assert sorted(done(pool, ahead, square, range(20))) == [(n, n * n) for n in range(20)]


def test_no_more_tasks_are_taken_than_keep_the_workers_busy() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    with ThreadPoolExecutor(1) as pool:
        for ended, _ in enumerate(done(pool, 10, square, tasks())):
            assert taken <= ended + 10 + 1


def test_a_task_has_a_time_limit() -> None:
    with executor(jobs=2, seconds=3) as (pool, ahead):
        told = dict(done(pool, ahead, sleep, [600, 0]))
    assert str(told[600]) == "it took too long to judge, and was given up; `--seconds` allows more"
    assert told[0] == 0


def test_a_task_has_a_memory_limit() -> None:
    with executor(jobs=1, seconds=60) as (pool, ahead):
        told = dict(done(pool, ahead, fill, [100, 1]))
    assert str(told[100]) == "it needs too much memory to be judged"
    assert told[1] == 1


@pytest.mark.parametrize(("code", "how"), [(9, "exit code 9"), (-11, "SIGSEGV"), (-9, "SIGKILL")])
def test_a_task_that_ends_its_process_costs_itself(code: int, how: str) -> None:
    with executor(jobs=1, seconds=60) as (pool, ahead):
        ((_, told),) = done(pool, ahead, end, [code])
        crashed = "it crashed the process that judged it"
        assert str(told) in {f"{crashed} ({how})", crashed}  # how, where the pool saw it end
        assert list(done(pool, ahead, square, [3])) == [(3, 9)]


def test_a_process_that_somebody_else_ends_costs_no_task(tmp_path: Path) -> None:
    marker = str(tmp_path / "marker")
    with executor(jobs=1, seconds=60) as (pool, ahead):
        assert list(done(pool, ahead, end_once, [marker])) == [(marker, "went well")]


def test_a_process_that_ends_between_tasks_costs_no_task() -> None:
    with executor(jobs=1, seconds=60) as (pool, ahead):
        for number in range(3):
            ((_, process),) = done(pool, ahead, process_id, [number])
            assert isinstance(process, int)
            os.kill(process, signal.SIGKILL)
        assert sorted(done(pool, ahead, square, range(3))) == [(0, 0), (1, 1), (2, 4)]


def test_a_task_that_is_given_to_a_pool_as_it_breaks_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with processes.processes(jobs=1, seconds=60) as pool:
        ((_, process),) = done(pool, AHEAD, process_id, [0])
        assert isinstance(process, int)
        breaking = pool._pool
        check = breaking._check_pool_status

        def checked_too_early() -> None:
            check()  # type: ignore[no-untyped-call] # pebble's
            os.kill(process, signal.SIGKILL)
            assert breaking._pool_manager_loop is not None
            breaking._pool_manager_loop.join()  # it ends when the pool is broken
            monkeypatch.undo()

        monkeypatch.setattr(breaking, "_check_pool_status", checked_too_early)
        assert list(done(pool, AHEAD, square, [3])) == [(3, 9)]


def test_a_process_is_replaced_before_it_has_grown_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "TASKS_OF_A_WORKER", 3)
    with executor(jobs=1, seconds=60) as (pool, ahead):
        ids = [process for _, process in done(pool, ahead, process_id, range(9))]
    assert len(set(map(str, ids))) == 3


def test_what_an_interrupted_run_was_at_ends_even_if_it_does_not_listen(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    gates: list[int] = []

    def tasks() -> Iterator[str]:
        yield str(fifo)
        gates.append(os.open(fifo, os.O_RDONLY))  # returns when its process is there
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), executor(jobs=1, seconds=60) as (pool, ahead):
        list(done(pool, ahead, ignores_sigterm, tasks()))
    (gate,) = gates
    assert os.read(gate, 1) == b""
    os.close(gate)


def test_workers_do_not_hear_ctrl_c() -> None:
    with executor(jobs=1, seconds=60) as (pool, ahead):
        assert list(done(pool, ahead, interrupts, [0])) == [(0, "ignored")]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_environment_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSAFEPATH", "0")
    with executor(jobs=1, seconds=60):
        assert os.environ["PYTHONSAFEPATH"] == "1"
    assert os.environ["PYTHONSAFEPATH"] == "0"
    monkeypatch.delenv("PYTHONSAFEPATH")
    with executor(jobs=1, seconds=60):
        pass
    assert "PYTHONSAFEPATH" not in os.environ


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_workers_that_went_away_are_told(
    monkeypatch: pytest.MonkeyPatch, is_cancelled: bool
) -> None:
    class Gone(Executor):
        is_gone = True

        def submit(self, *_: object, **__: object) -> Future[int]:  # type: ignore[override]
            future: Future[int] = Future()
            if is_cancelled:
                future.cancel()
                future.set_running_or_notify_cancel()
            return future

    monkeypatch.setattr(work, "LOOK_SECONDS", 0)
    with pytest.raises(GradeLabError, match="the cluster is gone"):
        list(done(Gone(), AHEAD, square, [1]))


def test_it_works_in_a_thread(tmp_path: Path) -> None:
    found: list[object] = []

    def run() -> None:
        with executor(jobs=1, seconds=60) as (pool, ahead):
            found.extend(done(pool, ahead, square, [3]))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [(3, 9)]


def test_there_are_as_many_jobs_as_processors_may_be_used() -> None:
    assert usual_jobs() == len(os.sched_getaffinity(0))
