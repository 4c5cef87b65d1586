"""A small class, judged by a check type of a third party that behaves as a submission says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from grader import plugins
from grader.batch.batch import STORE, Progress, alone, batch
from grader.batch.given import Given
from grader.batch.model import Assignment, Row
from grader.batch.store import Store
from grader.messages import Message
from tests import packages

RUBRIC = """\
schema: grade-lab/rubric/1
id: odd
title: Odd
variables:
  hub_id: {default: nobody}
objectives:
  - id: behaves
    title: It behaves
    points: 10
    checks: [{type: odd, path: how.txt}]
"""
CHECK = '''\
import ctypes, os, signal, time
from typing import Literal

from grader.check import Check, Failed, Passed
from grader.messages import msg
from grader.needs import FileNeed


class Odd(Check):
    """Does what a file of the submission says."""

    type: Literal["odd"] = "odd"
    path: str

    def needs(self):
        yield FileNeed(path=self.path)

    def judge(self, evidence):
        found = evidence.of(FileNeed(path=self.path)).now
        word, _, rest = (found[0].fact.text if found else "").strip().partition(" ")
        HOW.get(word, lambda rest: None)(rest)
        if word == "well":
            return Passed(message=msg("well done"))
        return Failed(message=msg("not so well"))


def recurse(rest):
    recurse(rest)


def unpicklable(rest):
    class Odd(BaseException):
        def __init__(self, one, two):
            pass
    raise Odd(1, lambda: 2)


def once(marker):
    """Somebody ends the process, for no reason, the first time."""
    try:
        open(marker, "x").close()
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def gate(fifo):
    """Nobody goes on until the test has opened the other end, and closed its own again."""
    os.open(fifo, os.O_WRONLY)
    time.sleep(600)


def first_gate(fifo):
    """A gate that is there once only."""
    try:
        open(fifo + ".used", "x").close()
    except FileExistsError:
        return
    gate(fifo)


HOW = {
    "raise": lambda rest: 1 / 0,
    "exit": lambda rest: os._exit(7),
    "leave": lambda rest: exit(3),
    "kill": lambda rest: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda rest: ctypes.string_at(0),
    "memory": lambda rest: [bytes(1 << 28) for _ in range(1000)],
    "slow": lambda rest: time.sleep(600),
    "recurse": recurse,
    "unpicklable": unpicklable,
    "once": once,
    "gate": gate,
    "first-gate": first_gate,
}
'''
RUN = """\
import json, sys
from odd_class import judged
if __name__ == "__main__":
    judged(json.loads(sys.argv[1]))
"""

SOME_TIME = 1_767_323_045


def install(site: Path) -> Path:
    """Install the check type into a folder for the import path."""
    points = '[project.entry-points."grade_lab.checks"]\nodd = "odd_checks:Odd"\n'
    return packages.install(site, "odd", {"odd_checks.py": CHECK}, points)


@contextmanager
def installed(site: Path) -> Iterator[Path]:
    """The check type is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(install(site))
        plugins._found.cache_clear()
        yield site
    plugins._found.cache_clear()


@contextmanager
def tidy() -> Iterator[None]:
    """What processes that are killed leave among temporary files goes.

    The folder's name is short: theirs are sockets, whose paths may not be long.
    """
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        yield


class Noting(Store):
    """A store that notes which rows it was given."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.given: list[str] = []

    def put(self, row: Row, glance: str = "") -> None:
        self.given.append(row.label)
        super().put(row, glance)


@dataclass(frozen=True)
class OddClass:
    """Submissions in ``folder/submissions``, each with how it behaves; results in ``out``."""

    folder: Path
    assignment: Assignment
    judged: list[str] = field(default_factory=list)
    """The labels of what the last run judged."""

    @classmethod
    def make(cls, folder: Path, how: Mapping[str, str]) -> OddClass:
        (folder / "submissions").mkdir(parents=True)
        rubric = folder / "rubric.yaml"
        rubric.write_text(RUBRIC)
        made = cls(folder, Assignment(rubric, folder / "out", formats=("json",)))
        for label, word in how.items():
            made.add(label, word)
        return made

    @property
    def submissions(self) -> Path:
        return self.folder / "submissions"

    @property
    def out(self) -> Path:
        return self.assignment.out

    def add(self, label: str, how: str = "well") -> Path:
        place = self.submissions / label
        place.mkdir(exist_ok=True)
        (place / "lab.yaml").write_text(f"learner: {{id: {label}}}\n")
        (place / "how.txt").write_text(how)
        for path in place.iterdir():
            os.utime(path, (SOME_TIME, SOME_TIME))  # there is no journal: this dates the result
        return place

    def with_(self, **changes: Any) -> OddClass:
        """The same with another assignment."""
        return replace(self, assignment=replace(self.assignment, **changes))

    def run(
        self,
        jobs: int = 2,
        seconds: float = 60,
        cluster: str = "",
        tell: Callable[[Progress], None] = lambda _: None,
        warn: Callable[[Message], None] = lambda _: None,
    ) -> Progress:
        with alone(self.out) as scratch, Noting(self.out / STORE) as store:
            try:
                return batch(
                    self.submissions,
                    self.assignment,
                    Given.read(self.assignment),
                    store,
                    scratch,
                    jobs=jobs,
                    seconds=seconds,
                    cluster=cluster,
                    tell=tell,
                    warn=warn,
                )
            finally:
                self.judged[:] = sorted(store.given)

    def rows(self) -> dict[str, Row]:
        with Store(self.out / STORE) as store:
            return {row.label: row for row in store.rows()}

    def told(self) -> dict[str, str]:
        """All results as they are written: rows and reports."""
        rows = {label: row.model_dump_json() for label, row in self.rows().items()}
        files = sorted((self.out / "learners").rglob("*.*"))
        return rows | {str(path.relative_to(self.out)): path.read_text() for path in files}

    def start(self, site: Path, jobs: int = 1, **options: Any) -> subprocess.Popen[bytes]:
        """Run it in a process of its own, which leads a group as a terminal's does.

        It prints a line whenever one more is done: how many are.
        """
        script = self.folder / "run.py"
        script.write_text(RUN)
        source = json.dumps({"folder": str(self.folder), "jobs": jobs})
        path = os.pathsep.join([str(site), str(Path(__file__).parent)])
        env = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            [sys.executable, script, source],
            env=env,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )


def judged(given: Mapping[str, Any]) -> None:
    """What `OddClass.start` runs."""
    folder = Path(given["folder"])
    assignment = Assignment(folder / "rubric.yaml", folder / "out", formats=("json",))

    def tell(progress: Progress) -> None:
        sys.stdout.write(f"{progress.done}\n")
        sys.stdout.flush()

    OddClass(folder, assignment).run(jobs=given["jobs"], tell=tell)
