"""What `grade-lab watch` is measured on: an image, a rubric about its containers, a recorder."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.docker import docker as run_docker

from grader.watch.session import Session

IMAGE = "grade-lab-bench/watched:1"
RUBRIC = """\
schema: grade-lab/rubric/1
id: lives
title: Lives
objectives:
  - id: ran
    title: A container ran and said something
    points: 1
    checks:
      - {type: container, image: "%s", env: [LIFE]}
      - {type: logs, image: "%s", contains: life}
  - id: named
    title: The last one
    points: 1
    checks:
      - {type: container, name: the-last-one}
"""


@contextmanager
def watching(submission: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`grade-lab watch` on a submission, from when it records."""
    session = Session(submission / ".grade-lab")
    command = [sys.executable, "-P", "-m", "grader", "watch", str(submission), "--quiet"]
    with subprocess.Popen(command) as process:
        try:
            until(lambda: (status := session.status()) is not None and status.state == "recording")
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def image() -> Iterator[None]:
    """The image is there."""
    with tempfile.TemporaryDirectory() as folder:
        base = os.environ["GRADE_LAB_BASE_IMAGE"]
        (Path(folder) / "Dockerfile").write_text(f"FROM {base}\nEXPOSE 9000\n", encoding="utf-8")
        docker(("build", "-q", "-t", IMAGE, folder))
    try:
        yield
    finally:
        docker(("image", "rm", "-f", IMAGE))


def docker(arguments: Sequence[str]) -> str:
    """A docker command, on the lab's engine."""
    return run_docker(arguments, {})


def until(done: Callable[[], Any], seconds: float = 60) -> None:
    """Wait for something; ends the benchmark where it does not happen in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if done():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit("it did not happen in time")


def cpu_of(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time that it has used."""
    fields = (
        Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: subprocess.Popen[bytes]) -> str:
    """What it holds of memory now."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return f"{pages * resource.getpagesize() / 2**20:.0f} MiB"
