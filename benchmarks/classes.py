"""How fast a class is judged, and what it takes, against the cost of starting a peer for each.

    python benchmarks/classes.py [--count 10000] [--seed 1]

Whole runs of ``grade-lab batch`` on a made-up class (`class_maker`): judged only, then judged with
each learner's page, then once more unchanged. The peers are started as often as ``--runs`` says on
nothing: pytest on one empty test, and check50, where it is installed, asked for its version. What
they would do for a submission comes on top of that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
RUBRIC = "container-and-docker"
SMALL = 100
INCOMPLETE = 3
"""The exit code of a class in which some could not be judged."""


@dataclass(frozen=True)
class Run:
    """A process that ended: seconds, and the most memory that one of its processes took, in MB."""

    seconds: float
    megabytes: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure grade-lab batch.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        peers = _peers(place, options.runs)
        small = _judged(_made(place / "small", SMALL, options.seed), "none")
        class_ = _made(place / "class", options.count, options.seed)
        judged = _judged(class_, "judged")
        pages = _judged(class_, "pages", "--format", "html")
        again = _judged(class_, "judged")
    print(f"{options.count} submissions, {os.cpu_count()} CPUs, seed {options.seed}")
    for name, run in (("judged", judged), ("with pages", pages), ("unchanged", again)):
        each = run.seconds / options.count
        ratios = ", ".join(f"{seconds / each:.0f}× {peer}" for peer, seconds in peers.items())
        print(f"  {name:12} {1 / each:6.0f} a second; a start costs {ratios}")
    print(
        f"  largest process {judged.megabytes:.0f} MB, at {SMALL} submissions "
        f"{small.megabytes:.0f} MB: {judged.megabytes / small.megabytes:.2f}×"
    )
    return 0


def _made(place: Path, count: int, seed: int) -> Path:
    options = ["--count", str(count), "--seed", str(seed), str(place)]
    maker = [sys.executable, str(HERE / "class_maker.py"), *options]
    subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)
    return place


def _judged(place: Path, out: str, *options: str) -> Run:
    formats = options or ("--format", "")
    return _run(
        [
            *(Path(sys.executable).with_name("grade-lab"), "batch", place / "submissions"),
            *("--rubric", RUBRIC, "--roster", place / "roster.csv", "--out", place / out),
            *("--quiet", *formats),
        ]
    )


def _peers(place: Path, runs: int) -> dict[str, float]:
    test = place / "test_nothing.py"
    test.write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    commands: dict[str, Sequence[str | Path]] = {
        "pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    }
    if find_spec("check50"):
        commands["check50"] = [sys.executable, "-m", "check50", "--version"]
    return {
        name: statistics.median(_run(command, place).seconds for _ in range(runs))
        for name, command in commands.items()
    }


def _run(command: Sequence[str | Path], folder: Path | None = None) -> Run:
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, INCOMPLETE}:
        raise SystemExit(f"{command} ended with exit code {process.returncode}")
    return Run(time.monotonic() - began, used.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
