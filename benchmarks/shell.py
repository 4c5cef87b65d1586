"""What the relay of `grade-lab shell` costs: a large `docker save`, and a small call.

    python scripts/lab_env.py run -- python benchmarks/shell.py [--megabytes 500] [--runs 5]

Each pair runs in turns, through the relay and without it. The image is random bytes, so that
nothing compresses; its archive goes to /dev/null.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from timing import BenchmarkError, Comparison, Program, compare

GRADE_LAB = Path(sys.executable).with_name("grade-lab")
IMAGE = "grade-lab-bench/random:1"
THROUGHPUT_GOAL = 1 / 0.8
"""At least 0.8 of the throughput, so at most 1.25 of the time."""

LIST_GOAL = 1.25

RUBRIC = """\
schema: grade-lab/rubric/1
id: relay
title: Relay
objectives:
  - id: looked
    title: Looked
    points: 1
    checks:
      - {type: quoted, question: q, of: image_id, image: "%s"}
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--runs", type=int, default=9, help="of each (default: 9)")
    options = parser.parse_args()
    try:
        with _image(options.megabytes), _shell() as address:
            saved = _compared(
                address, options.runs, THROUGHPUT_GOAL, f"docker save {IMAGE} > {os.devnull}"
            )
            listed = _compared(address, options.runs, LIST_GOAL, "docker ps")
    except BenchmarkError as failed:
        print(f"The benchmark stopped: {failed}", file=sys.stderr)
        return 1
    through, direct = (options.megabytes / median(times) for times in (saved.ours, saved.theirs))
    print(
        f"docker save of {options.megabytes} MB: {through:.0f} MB/s through the relay, "
        f"{direct:.0f} MB/s without; {_told(sorted(1 / ratio for ratio in saved.ratios))} of the "
        f"throughput, goal {1 / THROUGHPUT_GOAL:.1f}"
    )
    print(
        f"docker ps: {median(listed.ours) * 1000:.0f} ms through the relay, "
        f"{median(listed.theirs) * 1000:.0f} ms without; {_told(sorted(listed.ratios))} of the "
        f"time, goal {LIST_GOAL}"
    )
    print(f"{options.runs} runs of each in turns; load {os.getloadavg()[0]:.1f} at the end")
    return 0


def _told(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def _compared(address: str, runs: int, goal: float, line: str) -> Comparison:
    command = ["sh", "-c", line]
    through = Program(line, command, {**os.environ, "DOCKER_HOST": address})
    return compare(line, through, Program(line, command, os.environ), goal, runs)


@contextmanager
def _shell() -> Iterator[str]:
    """A recorded shell, and the address of its relay."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rubric.yaml").write_text(RUBRIC % IMAGE, encoding="utf-8")
        (Path(folder) / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
        tell = ["sh", "-c", "echo $DOCKER_HOST; read end"]
        with subprocess.Popen(
            [GRADE_LAB, "shell", folder, "--", *tell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout  # noqa: S101 # for the type checker
            address = process.stdout.readline().strip()
            if not address:
                raise BenchmarkError("there is no recorded shell")
            yield address
            process.communicate("\n")


@contextmanager
def _image(megabytes: int) -> Iterator[None]:
    importing = subprocess.Popen(
        ["docker", "import", "-", IMAGE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    with importing, tarfile.open(fileobj=importing.stdin, mode="w|") as tar:
        for number in range(megabytes):
            member = tarfile.TarInfo(str(number))
            member.size = 1_000_000
            tar.addfile(member, io.BytesIO(os.urandom(member.size)))
    try:
        yield
    finally:
        subprocess.run(
            ["docker", "image", "rm", "-f", IMAGE], check=True, stdout=subprocess.DEVNULL
        )


if __name__ == "__main__":
    sys.exit(main())
