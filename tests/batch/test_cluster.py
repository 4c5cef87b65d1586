"""A class goes through a real scheduler and its workers as through processes of one machine."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from distributed import Client

from grader.batch import cluster as batch_cluster
from grader.batch.batch import Progress
from grader.batch.cluster import workers
from grader.errors import GradeLabError
from grader.messages import Message
from tests.batch.odd_class import OddClass, installed, tidy

HOW = {f"s-{number:02}": "well" for number in range(12)} | {"broken": "raise", "ends": "kill"}
NOWHERE = subprocess.DEVNULL


def python(*arguments: str, site: Path | None = None) -> subprocess.Popen[bytes]:
    """A part of a cluster, in a group of its own."""
    env = {**os.environ, **({"PYTHONPATH": str(site)} if site else {})}
    command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
    return subprocess.Popen(
        command, env=env, start_new_session=True, stdout=NOWHERE, stderr=NOWHERE
    )


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # it was ended before
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass(frozen=True)
class Cluster:
    """A scheduler with workers, some of which may have been killed."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]
    site: Path

    @classmethod
    def start(cls, site: Path, workers: int) -> Cluster:
        with TemporaryDirectory() as folder:
            told = Path(folder) / "scheduler.json"
            options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
            scheduler = python("dask_scheduler", *options, "--scheduler-file", str(told))
            with Client(  # type: ignore[no-untyped-call] # dask's
                scheduler_file=str(told), timeout=60, set_as_default=False
            ) as client:
                cluster = cls(client.scheduler.address, scheduler, [], site)
                for _ in range(workers):
                    cluster.add_worker()
                if workers:
                    client.wait_for_workers(workers, timeout=60)
        return cluster

    def add_worker(self) -> None:
        options = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        self.workers.append(python("dask_worker", self.address, *options, site=self.site))

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            end(process)


@pytest.fixture(autouse=True)
def no_client_is_left() -> Iterator[None]:
    """One that could not connect closes itself when it is collected as garbage, and waits for ever
    if that happens while the next one starts.
    """
    yield
    gc.collect()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with tidy(), installed(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def cluster(site: Path) -> Iterator[Cluster]:
    cluster = Cluster.start(site, workers=3)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def here(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the class is told by processes of this machine."""
    class_ = OddClass.make(tmp_path_factory.mktemp("here"), HOW)
    assert class_.run() == Progress(total=14, done=14, errors=1)
    return class_.told()


def test_a_cluster_of_which_a_worker_is_killed_tells_the_same(
    here: dict[str, str], cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class_ = OddClass.make(tmp_path, HOW)
    told: list[Progress] = []

    def kill_one(progress: Progress) -> None:
        told.append(progress)
        if progress.done == 3:
            end(cluster.workers[0])

    assert class_.run(cluster=cluster.address, tell=kill_one) == Progress(14, 14, errors=1)
    assert class_.told() == here
    assert len(told) == 15
    assert class_.run(cluster=cluster.address) == Progress(14, 14, unchanged=13, errors=1)
    assert capfd.readouterr() == ("", "")


def test_a_killed_worker_costs_no_row_of_what_it_was_at(
    cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for worker in cluster.workers[1:]:
        end(worker)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    class_ = OddClass.make(tmp_path, {"a": f"first-gate {fifo}", "b": "well"})

    def kill_it() -> None:
        gate = os.open(fifo, os.O_RDONLY)  # returns when its process is at `a`
        end(cluster.workers[0])
        assert os.read(gate, 1) == b""  # which ends with the worker
        os.close(gate)
        cluster.add_worker()

    killer = threading.Thread(target=kill_it)
    killer.start()
    assert class_.run(cluster=cluster.address) == Progress(2, 2)
    killer.join()
    assert capfd.readouterr() == ("", "")


def test_a_cluster_that_has_lost_all_workers_is_waited_for_and_that_is_told(
    cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class_ = OddClass.make(tmp_path, HOW)
    told: list[str] = []

    def end_all(progress: Progress) -> None:
        if progress.done == 1:
            for worker in cluster.workers:
                end(worker)

    def warned(message: Message) -> None:
        told.append(str(message))
        cluster.add_worker()

    done = class_.run(cluster=cluster.address, tell=end_all, warn=warned)
    assert (done.total, done.done) == (14, 14)
    assert len(told) == 1
    assert "the cluster has no workers any more; waiting until there are some" in told[0]
    assert f"`dask worker {cluster.address}`" in told[0]
    assert capfd.readouterr() == ("", "")


def test_a_scheduler_that_hangs_is_waited_for_and_that_is_told(
    cluster: Cluster, tmp_path: Path
) -> None:
    told: list[str] = []

    def go_on(message: Message | None) -> None:
        told.append(str(message))
        os.killpg(cluster.scheduler.pid, signal.SIGCONT)

    os.killpg(cluster.scheduler.pid, signal.SIGSTOP)
    with workers(cluster.address, 60, str(tmp_path), go_on) as (work, _):
        os.killpg(cluster.scheduler.pid, signal.SIGSTOP)
        go_on(work.hindrance)
        assert work.hindrance is None
    assert len(told) == 2
    assert all("scheduler does not answer; waiting until it does" in text for text in told)


def test_a_scheduler_that_goes_away_is_told_and_what_was_finished_is_kept(
    cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class_ = OddClass.make(tmp_path, HOW)
    with pytest.raises(GradeLabError, match="the cluster is gone"):
        class_.run(
            cluster=cluster.address,
            tell=lambda progress: end(cluster.scheduler) if progress.done == 3 else None,
        )
    kept = {label for label, row in class_.rows().items() if not row.error}
    assert len(kept) >= 2
    assert capfd.readouterr() == ("", "")
    class_.run()
    assert not kept & set(class_.judged)


def test_workers_that_would_judge_otherwise_are_told(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        pytest.raises(GradeLabError, match="does not see the folder /no/such"),
        workers(cluster.address, 60, "/no/such", lambda _: None),
    ):
        pass
    monkeypatch.setattr(batch_cluster, "__version__", "99")
    with pytest.raises(GradeLabError, match="a worker of the cluster has grade-lab"):
        OddClass.make(tmp_path, HOW).run(cluster=cluster.address)


def test_a_scheduler_without_workers_is_told(site: Path, tmp_path: Path) -> None:
    cluster = Cluster.start(site, workers=0)
    try:
        with pytest.raises(GradeLabError, match="the cluster has no workers") as told:
            OddClass.make(tmp_path, HOW).run(cluster=cluster.address)
    finally:
        cluster.stop()
    assert f"`dask worker {cluster.address}`" in str(told.value.advice[0])


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "tcp://no.such.host.invalid:8786", "?", "foo://x:1"]
)
def test_a_scheduler_that_is_not_there_is_told(
    site: Path, tmp_path: Path, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GradeLabError, match="the cluster cannot be reached") as told:
        OddClass.make(tmp_path, {"a": "well"}).run(cluster=address)
    assert told.value.where == address
    assert capfd.readouterr() == ("", "")
