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

from usage import cpu_of, memory_of

from grader.journal import Entry
from grader.journal_file import JournalFile
from grader.needs import ContainerNeed, EventsNeed, LogsNeed
from grader.report.checklist import Checklist
from grader.run import prepare
from grader.watch.session import Session
from grader.watch.watching import Watching
from tests.live.lives import BASE, Lab, lab
from tests.live.watching import evidence, journal, state, until, watching

AT_A_TIME = 4
OTHER = "grade-lab-bench/other:1"
LAST = "the-last-one"


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
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder), {}) as made:
        if options.ticks:
            _ticks(made, options.ticks)
        if options.lives:
            with watching(made.folder) as process:
                _lives(made, options.lives, process)
        if options.idle:
            with watching(made.folder) as process:
                _idle(process, options.idle)
        if options.events:
            with watching(made.folder) as process:
                _flood(process, options.events, BASE, OTHER, "of other things")
            made.docker("image", "rm", OTHER)
            with watching(made.folder) as process:
                _flood(process, options.events, made.image, made.image, "of what the rubric names")
    return 0


def _lives(made: Lab, count: int, process: subprocess.Popen[str]) -> None:
    before = cpu_of(process)
    began = time.monotonic()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(partial(_live, made), range(count)))
    took = time.monotonic() - began
    made.docker("run", "--rm", "--name", LAST, made.image, "true")
    until(lambda: LAST in made.told("destroy"), "the last one is gone")
    time.sleep(2)
    seen = evidence(made.folder)
    containers = {one.fact.id: one.fact for one in seen.of(ContainerNeed(image=made.image)).found}
    logs: dict[str, str] = {}
    for log in seen.of(LogsNeed(image=made.image)).found:
        logs.setdefault(log.fact.container_id, log.fact.stdout)
    events: dict[str, set[str]] = {}
    ids: dict[str, str] = {}
    for event in seen.of(EventsNeed()).found:
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


def _live(made: Lab, number: int) -> None:
    kind = KINDS[number % len(KINDS)]
    name = f"life-{number}"
    published = ("-p", "127.0.0.1::9000", "-e", f"LIFE={number}")
    made.docker(
        "run", "--name", name, *published, *kind.options, made.image, "sh", "-c", kind.script
    )
    for words in kind.after:
        made.docker(*words, name)


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


def _ticks(made: Lab, count: int) -> None:
    """From an event, by the engine's clock, to the checklist that shows it."""
    run = prepare(made.folder, None, {})
    session = Session(run.submission.journal.parent)
    ticks = Ticks(JournalFile(run.submission.journal))
    thread = threading.Thread(target=Watching(run, session, [ticks], "en").watch)
    thread.start()
    waits: list[float] = []
    try:
        until(lambda: state(made.folder) == "recording", "it records")
        for number in range(count):
            name = f"tick-{number}"
            made.run(name, "-d", script="sleep 60")
            until(partial(_start_of, name, made), f"{name} is recorded")
            started = _start_of(name, made)
            assert started is not None  # noqa: S101 # just waited for
            waits.append(ticks.of(started.seq) - started.at.timestamp())
            made.docker("rm", "-f", name)
    finally:
        session.ask_to_stop(10)
        thread.join()
    print(
        f"From a container's start to its tick, {count} times: median "
        f"{statistics.median(waits) * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms"
    )


def _start_of(name: str, made: Lab) -> Entry | None:
    for entry in reversed(journal(made.folder).entries):
        data = entry.data or {}
        if entry.source == "events" and (data.get("action"), data.get("name")) == ("start", name):
            return entry
    return None


def _idle(process: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(3)
    before = cpu_of(process)
    time.sleep(seconds)
    used = cpu_of(process) - before
    print(
        f"Idle for {seconds:.0f} s: {used * 1000:.0f} ms of processor time, "
        f"{used / seconds:.2%} of a core, {used / seconds * 3600:.0f} s in an hour; "
        f"memory {memory_of(process)}"
    )


def _flood(process: subprocess.Popen[str], count: int, image: str, name: str, what: str) -> None:
    """Tag events: the cheapest that an engine can be made to tell."""
    import docker as sdk

    time.sleep(2)
    repository, _, tag = name.partition(":")
    before, began = memory_of(process), time.monotonic()
    cpu = cpu_of(process)

    def tag_many(share: int) -> None:
        api = sdk.APIClient(os.environ["DOCKER_HOST"])
        for _ in range(share):
            api.tag(image, repository, tag)
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


if __name__ == "__main__":
    sys.exit(main())
