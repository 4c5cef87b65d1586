"""What must hold whatever breaks, and the command run so that it can be seen to hold."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from grader.errors import ExitCode
from grader.journal import EMPTY, Journal
from grader.journal_file import JournalFile
from tests.faults import child, engine, scripted

DEADLINE = 60.0
"""Seconds in which a command with little patience ends, also on a very busy machine."""
UNHURRIED = 60.0
"""Patience where nothing is broken: on such a machine also what works takes its time."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        *("docker", "requests", "grader.cli.main", "grader.run", "grader.report.html", "filelock"),
        *("grader.rubric.load", "checks.image", "rich.console", "tenacity", "tests.faults.child"),
    ]
)
_processes = threading.Lock()
"""Each start asks how all other processes ended, and that can be read from one only once."""

Statuses = Mapping[str, str]
"""Each objective's status."""


@dataclass
class Ran:
    """How a command ended: its exit code, None when it hangs, and what it printed."""

    code: int | None
    told: str


@dataclass
class Lab:
    """A submission that is graded again and again, and what is known of it so far."""

    folder: Path
    before: Journal = EMPTY
    statuses: Statuses = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, rubric: str = engine.RUBRIC) -> Lab:
        folder.mkdir(parents=True)
        (folder / "rubric.yaml").write_text(rubric, encoding="utf-8")
        (folder / "lab.yaml").write_text("rubric: rubric.yaml\nlearner: {id: s-1}\n")
        (folder / "Dockerfile").write_text(scripted.DOCKERFILE)
        (folder / "app.py").write_bytes(scripted.CODE)
        (folder / "answers.md").write_text("# line\n\nready to serve\n")
        return cls(folder)

    @property
    def journal(self) -> Path:
        return self.folder / ".grade-lab" / "journal.jsonl"

    def report(self) -> bytes:
        """The report in JSON; empty where there is none."""
        path = self.folder / ".grade-lab" / "report" / "result.json"
        return path.read_bytes() if path.exists() else b""

    @property
    def result(self) -> dict[str, Any]:
        assert self.report(), "there is no report"
        return dict(json.loads(self.report()))

    def told(self) -> Statuses:
        return {o["id"]: o["status"] for o in self.result["objectives"]}

    def grade(self, host: str, *options: str, patience: float = child.PATIENCE) -> Ran:
        words = ("grade", str(self.folder), *options)
        return ended(*started(self.folder, host, *words, patience=patience))

    def well(self, host: str) -> Lab:
        """Grade it where nothing is broken, and remember it."""
        ran = self.grade(host, patience=UNHURRIED)
        assert ran.code == ExitCode.PASSED, ran
        self.remember()
        return self

    def remember(self) -> None:
        self.before, self.statuses = JournalFile(self.journal).read(), self.told()

    def holds(self, ran: Ran, *, right: Statuses | None = None) -> None:
        """The rules, after a grading in which something broke.

        ``right`` is what the verdicts would be without the fault.
        """
        quiet(ran)
        statuses = self.told()
        wrong = {
            name: (right or self.statuses)[name] + " became " + status
            for name, status in statuses.items()
            if status not in {(right or self.statuses)[name], "error"}
        }
        assert not wrong, wrong
        assert ran.code == expected_code(self.result), ran
        self.nothing_lost()

    def nothing_lost(self) -> None:
        """What was observed before is there, and files are whole."""
        now = JournalFile(self.journal).read()
        assert now.intact, now.defects
        assert now.entries[: len(self.before.entries)] == self.before.entries
        drafts = [path.name for path in self.folder.rglob(".*.*") if path.suffix[1:].isdigit()]
        assert not drafts


def expected_code(result: Mapping[str, Any]) -> int:
    """The exit code that docs and design give to a result."""
    if not result["complete"]:
        return ExitCode.INCOMPLETE
    return ExitCode.PASSED if result["passed"] else ExitCode.BELOW_PASS_MARK


def quiet(ran: Ran) -> None:
    """No traceback, no word of Python's own, and no hang."""
    assert ran.code is not None, f"it hangs: {ran.told}"
    assert ran.code >= 0, f"it died: {ran}"
    for sign in ("Traceback", "Exception ignored", "Error:\n", "Fatal Python"):
        assert sign not in ran.told, ran.told


def command(folder: Path, host: str, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """`grade-lab` with these arguments, told that the engine is at ``host``."""
    return ended(*started(folder, host, *arguments, env=env))


def ended(process: Any, output: Path) -> Ran:
    """How it ends, in time or not."""
    wait([process.sentinel], DEADLINE)
    with _processes:
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
    return Ran(code, output.read_text(errors="replace"))


def runs(process: Any) -> bool:
    """Whether it has not ended yet."""
    return not wait([process.sentinel], 0)


def until(holds: Callable[[], object], otherwise: str = "it did not happen") -> None:
    """Wait for it, at most `DEADLINE` seconds; ``otherwise`` is what went wrong."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)


def started(
    folder: Path,
    host: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    patience: float = child.PATIENCE,
    days: Sequence[float] = (),
    trap: child.Trap | None = None,
) -> tuple[Any, Path]:
    """The process, and the file with what it prints."""
    output = folder.parent / f"{folder.name}.{time.monotonic_ns()}.out"
    output.touch()
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    full = {**known, "DOCKER_HOST": host, "DOCKER_CONFIG": "/nowhere", **(env or {})}
    given = ([*arguments, "--lang", "en"], full, output, patience, days, trap)
    process = _context.Process(target=child.run, args=given)
    with _processes:
        process.start()
    return process, output


def together(count: Sequence[Any], do: Any) -> list[Any]:
    """What it gives for each, all at a time: they wait much and compute little."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(count)) as pool:
        return list(pool.map(do, count))
