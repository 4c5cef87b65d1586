"""A month of a class: hands in week by week, graded under faults, and regraded; nothing lost?

    python benchmarks/month.py [--count 10000] [--seed 1]

A made-up class (`class_maker`) hands in over four weeks; every tenth learner hands in an empty
folder first, and the work a week later. Each week ``grade-lab batch`` grades what is there. Then
the class is regraded three times: with an edited rubric, with points given by hand, and with the
rubric as it was. Each grading is disturbed by what happens to machines (killed, terminated,
interrupted, a worker killed, stopped for a while), and run again until it ends by itself. After
each, every row is held against what is true of the submission by construction. The exit code is 1
if one is lost or wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil
from class_maker import RUBRIC

HERE = Path(__file__).parent
WEEKS = 4
ENDED = {0, 3}
BY_HAND, POINTS = "vm-vs-container", 5


@dataclass
class Month:
    """The class, and what is true of whom has handed in."""

    place: Path
    random: Random
    truth: dict[str, dict[str, Any]]
    handed_in: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    gradings: int = 0
    faults: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def here(self) -> Path:
        return self.place / "here"

    def hand_in(self, label: str) -> None:
        """The learner's own submission is there from now on."""
        shutil.rmtree(self.here / label, ignore_errors=True)
        (self.place / "submissions" / label).rename(self.here / label)
        self.handed_in[label] = self.truth[label]

    def hand_in_nothing(self, label: str, nothing: dict[str, Any]) -> None:
        """An empty folder is there, for now."""
        (self.here / label).mkdir()
        self.handed_in[label] = nothing

    def grade(self, title: str, rubric: Path, *options: str | Path) -> None:
        """Grade under faults until it ends by itself, and compare."""
        began = time.monotonic()
        command = [
            *(Path(sys.executable).with_name("grade-lab"), "batch", self.here, "--quiet"),
            *("--rubric", rubric, "--roster", self.place / "roster.csv"),
            *("--out", self.place / "out", "--format", "", *options),
        ]
        for fault in FAULTS:
            self.faults += _disturbed(command, fault, self.random)
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        self.gradings += 1
        if done.returncode not in ENDED:
            self.wrong.append(f"{title}: ended with exit code {done.returncode}")
        lines = (self.place / "out" / "results.jsonl").read_text(encoding="utf-8").splitlines()
        before = len(self.wrong)
        self.wrong += [f"{title}: {what}" for what in self.compared(map(json.loads, lines))]
        seconds = time.monotonic() - began
        found = len(self.wrong) - before
        print(f"{title:32} {len(lines):6} rows {seconds:6.0f} s  {found} wrong", flush=True)

    def compared(self, rows: Iterable[dict[str, Any]]) -> list[str]:
        """What differs from the truth: rows that are lost, twice there, or wrong."""
        found: list[str] = []
        left = dict(self.handed_in)
        for row in rows:
            true = left.pop(row["label"], None)
            if true is None:
                found.append(f"{row['label']} is there twice, or was not handed in")
            else:
                found += self._wrong(row, true)
        return found + [f"{label} is lost" for label in left]

    def _wrong(self, row: dict[str, Any], true: dict[str, Any]) -> list[str]:
        told = f"{row['label']} ({true['kind']})"
        if true["error"] or row["error"]:
            meant = bool(true["error"]) and true["error"] in row["error"]
            return [] if meant else [f"{told}: error {row['error']!r}"]
        if true["score"] is None:
            return []
        statuses = {o["id"]: o["status"] for o in row["objectives"] if o["status"] != "pass"}
        score, expected, wrong = row["score"], dict(true["statuses"]), []
        if row["label"] in self.by_hand:  # who had nothing there before
            given = next(o for o in row["objectives"] if o["id"] == BY_HAND)
            wrong = [] if given["score"] == POINTS else [f"{told}: the points by hand are lost"]
            score -= POINTS
            statuses.pop(BY_HAND, None)
            expected.pop(BY_HAND, None)
        if abs(score - true["score"]) > 0.001:
            wrong.append(f"{told}: {score} points, not {true['score']}")
        if statuses != expected:
            wrong.append(f"{told}: {statuses}, not {expected}")
        return wrong


def main() -> int:
    """Simulate, and print what became of it."""
    parser = argparse.ArgumentParser(description="A month of a class.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        month = _made(Path(folder), options.count, options.seed)
        _weeks(month)
        _regraded(month)
    print(f"{month.gradings} gradings, {month.faults} faults, {len(month.wrong)} lost or wrong")
    print("\n".join(month.wrong[:50]))
    return 1 if month.wrong else 0


def _made(place: Path, count: int, seed: int) -> Month:
    options = ["--count", str(count), "--seed", str(seed), str(place)]
    subprocess.run([sys.executable, str(HERE / "class_maker.py"), *options], check=True)
    (place / "here").mkdir()
    lines = (place / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truth = {line["label"]: line for line in map(json.loads, lines)}
    return Month(place, Random(f"{seed} month"), truth)  # noqa: S311 # the same month each time


def _weeks(month: Month) -> None:
    labels = sorted(month.truth)
    month.random.shuffle(labels)
    nothing = next(true for true in month.truth.values() if true["kind"] == "empty-folder")
    again: list[str] = []
    for week in range(WEEKS):
        for label in again:
            month.hand_in(label)
        mine = labels[week::WEEKS]
        again = mine[::10] if week < WEEKS - 1 else []
        for label in mine:
            if label in again:
                month.hand_in_nothing(label, nothing)
            else:
                month.hand_in(label)
        month.grade(f"week {week + 1}", RUBRIC)


def _regraded(month: Month) -> None:
    text = RUBRIC.read_text(encoding="utf-8")
    edited = month.place / "edited.yaml"
    edited.write_text(f"# read once more\n{text}", encoding="utf-8")
    month.grade("regraded, rubric edited", edited)
    points = month.place / "points.yaml"
    given = [label for label, true in month.truth.items() if true["kind"] == "no-answers"]
    lines = [
        f"- {{learner: {label}, objective: {BY_HAND}, points: {POINTS}, reason: told me}}\n"
        for label in given
    ]
    points.write_text("".join(lines), encoding="utf-8")
    month.by_hand = set(given)
    month.grade("regraded, points given by hand", edited, "--overrides", points)
    month.by_hand = set()
    month.grade("regraded, as it was", RUBRIC)


def _kill(process: psutil.Process) -> None:
    process.kill()


def _terminate(process: psutil.Process) -> None:
    process.terminate()


def _interrupt(process: psutil.Process) -> None:
    process.send_signal(signal.SIGINT)


def _kill_a_worker(process: psutil.Process) -> None:
    children = process.children(recursive=True)
    if children:
        children[-1].kill()


def _stop_for_a_while(process: psutil.Process) -> None:
    process.suspend()
    time.sleep(1)
    process.resume()


FAULTS: tuple[Callable[[psutil.Process], None], ...] = (
    *(_kill, _terminate, _interrupt, _kill_a_worker, _stop_for_a_while),
)
LAST_SECONDS = 5.0


def _disturbed(
    command: list[str | Path], fault: Callable[[psutil.Process], None], random: Random
) -> bool:
    """Start, wait a while, do it; True if the run was still there. What survives goes on a bit."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(random.uniform(0.5, LAST_SECONDS))
        return False
    with suppress(psutil.NoSuchProcess):
        fault(psutil.Process(process.pid))
    with suppress(subprocess.TimeoutExpired):
        process.wait(LAST_SECONDS)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return True


if __name__ == "__main__":
    sys.exit(main())
