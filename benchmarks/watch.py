"""What `grade-lab watch` loses, how soon it tells, and what it costs.

    python scripts/lab_env.py run -- python benchmarks/watch.py [--lives 500] [--events 100000]

Lives: containers that are started, end and are removed as fast as the engine can do it, some at a
time; each has a name, a port, a variable and a log line of its own. Lost is what the journal does
not have of a life afterwards.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))  # the lab

from watched import IMAGE, RUBRIC, cpu_of, docker, image, memory_of, until, watching

from grader.evidence import Evidence
from grader.journal import Entry
from grader.journal_file import JournalFile
from grader.needs import ContainerNeed, EventsNeed, LogsNeed
from grader.report.checklist import Checklist
from grader.run import prepare
from grader.watch.session import Session
from grader.watch.watching import Watching

AT_A_TIME = 4


@dataclass(frozen=True)
class Kind:
    """A way to live: options of ``docker run``, the command, and what is done afterwards."""

    name: str
    options: tuple[str, ...]
    script: str
    after: tuple[tuple[str, ...], ...] = ()


KINDS = (
    Kind("run --rm, ends at once", ("--rm",), "echo life $LIFE"),
    Kind("run --rm, lives 200 ms", ("--rm",), "echo life $LIFE; sleep 0.2"),
    Kind(
        "run -d, stop and rm at once",
        ("-d",),
        "trap 'exit 0' TERM; echo life $LIFE; sleep 60 & wait",
        (("stop", "-t", "1"), ("rm",)),
    ),
    Kind("run -d, rm -f at once", ("-d",), "echo life $LIFE; sleep 60", (("rm", "-f"),)),
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=500)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--idle", type=float, default=60.0, help="seconds")
    parser.add_argument("--ticks", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, image():
        submission = Path(folder)
        (submission / "rubric.yaml").write_text(RUBRIC % (IMAGE, IMAGE), encoding="utf-8")
        (submission / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
        if options.ticks:
            _ticks(submission, options.ticks)
        if options.lives:
            with watching(submission) as process:
                _lives(submission, options.lives, process)
        if options.idle:
            with watching(submission) as process:
                _idle(process, options.idle)
        if options.events:
            with watching(submission) as process:
                _flood(process, options.events, "grade-lab-bench/other:1", "of other things")
            with watching(submission) as process:
                _flood(process, options.events, IMAGE, "of what the rubric names")
    return 0


def _lives(submission: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    before = cpu_of(process)
    began = time.monotonic()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(_live, range(count)))
    took = time.monotonic() - began
    docker(("run", "--rm", "--name", "the-last-one", IMAGE, "true"))
    until(lambda: "the-last-one" in (submission / ".grade-lab/journal.jsonl").read_text())
    time.sleep(2)
    evidence = Evidence(JournalFile(submission / ".grade-lab/journal.jsonl").read())
    containers = {seen.fact.id: seen.fact for seen in evidence.of(ContainerNeed(image=IMAGE)).found}
    logs: dict[str, str] = {}
    for seen in evidence.of(LogsNeed(image=IMAGE)).found:
        logs.setdefault(seen.fact.container_id, seen.fact.stdout)
    events: dict[str, set[str]] = {}
    ids: dict[str, str] = {}
    for event in evidence.of(EventsNeed()).found:
        events.setdefault(event.fact.name, set()).add(event.fact.action)
        ids[event.fact.name] = event.fact.id
    print(f"{count} container lives, {AT_A_TIME} at a time, in {took:.0f} s:")
    for number, kind in enumerate(KINDS):
        names = [f"life-{i}" for i in range(count) if i % len(KINDS) == number]
        steps = {"create", "start", "die", "destroy"}
        lost_events = sum(len(steps - events.get(name, set())) for name in names)
        states = [containers.get(ids.get(name, "")) for name in names]
        lost_states = sum(
            fact is None or not fact.ports or fact.env.get("LIFE") != "run" for fact in states
        )
        lost_logs = sum(
            f"life {name.removeprefix('life-')}\n" not in logs.get(ids.get(name, ""), "")
            for name in names
        )
        print(
            f"  {kind.name:28} {len(names)} lives: lost {lost_events} of {4 * len(names)} events, "
            f"{lost_states} states (name, port, variable), {lost_logs} logs"
        )
    share = (cpu_of(process) - before) / took
    print(f"  watch used {share:.0%} of a core meanwhile, memory {memory_of(process)}")


def _live(number: int) -> None:
    kind = KINDS[number % len(KINDS)]
    name = f"life-{number}"
    published = ("-p", "127.0.0.1::9000", "-e", f"LIFE={number}")
    docker(("run", "--name", name, *published, *kind.options, IMAGE, "sh", "-c", kind.script))
    for words in kind.after:
        docker((*words, name))


class Ticks:
    """A view that notes when the checklist showed what, by the last entry of the journal."""

    def __init__(self, journal: JournalFile) -> None:
        self._journal = journal
        self._shown: list[tuple[float, int]] = []
        self._news = threading.Condition()

    def update(self, _: Checklist) -> None:
        at = time.time()
        with self._news:
            entries = self._journal.read().entries
            self._shown.append((at, entries[-1].seq if entries else 0))
            self._news.notify_all()

    def tick(self) -> None:
        pass

    def of(self, seq: int) -> float:
        """When that entry was shown."""
        with self._news:
            self._news.wait_for(lambda: any(last >= seq for _, last in self._shown), timeout=5)
            return next(at for at, last in self._shown if last >= seq)


def _ticks(submission: Path, count: int) -> None:
    """From an event, by the engine's clock, to the checklist that shows it."""
    run = prepare(submission, None, {})
    session = Session(run.submission.journal.parent)
    ticks = Ticks(JournalFile(run.submission.journal))
    journal = JournalFile(run.submission.journal)
    thread = threading.Thread(target=Watching(run, session, [ticks], "en").watch)
    thread.start()
    waits: list[float] = []
    try:
        until(lambda: (status := session.status()) is not None and status.state == "recording")
        for number in range(count):
            name = f"tick-{number}"
            docker(("run", "-d", "--name", name, "-p", "127.0.0.1::9000", IMAGE, "sleep", "60"))
            until(partial(_start_of, name, journal))
            started = _start_of(name, journal)
            assert started is not None  # noqa: S101 # just waited for
            waits.append(ticks.of(started.seq) - started.at.timestamp())
            docker(("rm", "-f", name))
    finally:
        session.ask_to_stop(10)
        thread.join()
    print(
        f"From a container's start to its tick, {count} times: median "
        f"{statistics.median(waits) * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms"
    )


def _start_of(name: str, journal: JournalFile) -> Entry | None:
    for entry in reversed(journal.read().entries):
        data = entry.data or {}
        if entry.source == "events" and (data.get("action"), data.get("name")) == ("start", name):
            return entry
    return None


def _idle(process: subprocess.Popen[bytes], seconds: float) -> None:
    time.sleep(3)
    before = cpu_of(process)
    time.sleep(seconds)
    used = cpu_of(process) - before
    print(
        f"Idle for {seconds:.0f} s: {used * 1000:.0f} ms of processor time, "
        f"{used / seconds:.2%} of a core, {used / seconds * 3600:.0f} s in an hour; "
        f"memory {memory_of(process)}"
    )


def _flood(process: subprocess.Popen[bytes], count: int, name: str, what: str) -> None:
    """Tag events: the cheapest that an engine can be made to tell."""
    import docker as sdk

    time.sleep(2)
    repository, _, tag = name.partition(":")
    of = IMAGE if name == IMAGE else os.environ["GRADE_LAB_BASE_IMAGE"]
    before, began = memory_of(process), time.monotonic()
    cpu = cpu_of(process)

    def tag_many(share: int) -> None:
        api = sdk.APIClient(os.environ["DOCKER_HOST"])
        for _ in range(share):
            api.tag(of, repository, tag)
        api.close()

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(tag_many, [count // AT_A_TIME] * AT_A_TIME))
    took = time.monotonic() - began
    time.sleep(3)
    each = (cpu_of(process) - cpu) / count
    print(
        f"{count} events {what}, {count / took:.0f} a second: memory {before} before, "
        f"{memory_of(process)} after; {each * 1e6:.0f} µs of processor each"
    )
    if name != IMAGE:
        docker(("image", "rm", name))


if __name__ == "__main__":
    sys.exit(main())
