"""A recorder in a process of its own, as a learner starts it in a second terminal."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.evidence import Evidence
from grader.journal import Journal
from grader.journal_file import JournalFile
from grader.watch.session import Session
from grader.watch.status import State
from tests.live.learners import Learner
from tests.places import GRADE_LAB

SECONDS = 30.0


def settings(learner: Learner) -> list[str]:
    tag = learner.local.partition(":")[2]
    values = {"registry": learner.registry, "port": learner.port, "tag": tag}
    return [f"--set={name}={value}" for name, value in values.items()]


def session(folder: Path) -> Session:
    return Session(folder / ".grade-lab")


def journal(folder: Path) -> Journal:
    return JournalFile(folder / ".grade-lab" / "journal.jsonl").read()


def evidence(folder: Path) -> Evidence:
    return Evidence(journal(folder))


def until(done: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s: {what}"
        time.sleep(0.02)


def state(folder: Path) -> State | None:
    status = session(folder).status()
    return status.state if status else None


@contextmanager
def watching(
    folder: Path, *options: str, env: Mapping[str, str] | None = None, awaited: str = "recording"
) -> Iterator[subprocess.Popen[str]]:
    """`grade-lab watch --quiet`, from when it records; ended by a signal if it still runs."""
    command = [GRADE_LAB, "watch", folder, "--quiet", "--lang", "en", *options]
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stderr=subprocess.PIPE, text=True
    )
    try:
        until(lambda: state(folder) == awaited or process.poll() is not None, awaited)
        words = process.stderr.read() if process.stderr and process.poll() is not None else ""
        assert process.poll() is None, f"ended with exit code {process.returncode}: {words}"
        yield process
    finally:
        process.terminate()
        _, told = process.communicate(timeout=SECONDS)
        assert "Traceback" not in told, told


def recorded(folder: Path, action: str, name: str) -> None:
    """Wait until a container's event is in the journal. What it raises is looked at to the end."""
    until(
        lambda: any(s.fact.name == name for s in evidence(folder).events(action, name=name)),
        f"{action} {name}",
    )
