"""Each command, stopped at any file that it opens, or on a disk that is full from any write on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from grader.journal_file import JournalFile
from tests.faults.child import Trap
from tests.faults.engine import faulty_engine
from tests.faults.rules import UNHURRIED, Lab, Ran, ended, quiet, started

if sys.platform == "win32":
    pytest.skip("needs signals", allow_module_level=True)

Words = Callable[[Lab, Path], list[str | Path]]
"""A command's words, for a submission and a folder to write to."""

COMMANDS: dict[str, Words] = {
    "grade": lambda lab, out: ["grade", lab.folder, "--out", out, "--format", "html,json,junit"],
    "collect": lambda lab, _: ["collect", lab.folder],
    "judge": lambda lab, out: ["judge", lab.folder, "--out", out, "--format", "html,json,csv"],
    "ci": lambda lab, out: ["ci", lab.folder, "--rubric", RUBRIC(lab), "--out", out],
    "doctor": lambda lab, _: ["doctor", lab.folder, "--format", "json"],
    "batch": lambda lab, out: [
        *("batch", "run", lab.folder.parent, "--rubric", RUBRIC(lab), "--out", out),
        *("--jobs", "1", "--quiet"),
    ],
    "rubric test": lambda lab, _: ["rubric", "test", RUBRIC(lab)],
    "rubric test --add": lambda lab, _: [
        *("rubric", "test", RUBRIC(lab), "--add", lab.folder, "--name", "new"),
    ],
    "rubric new": lambda lab, out: [
        *("rubric", "new", out / "drafted.yaml", "--from-dockerfile", lab.folder / "Dockerfile"),
    ],
    "shell": lambda lab, _: ["shell", lab.folder, "--", "true"],
}


def RUBRIC(lab: Lab) -> Path:  # noqa: N802 # reads as a part of the table
    return lab.folder.parent.parent / "exam" / "rubric.yaml"


def site(folder: Path, host: str) -> Lab:
    """A class of one, graded, and the exam beside it, with a case."""
    lab = Lab.make(folder / "class" / "s-1").well(host)
    exam = folder / "exam" / "rubric.tests" / "kept"
    shutil.copytree(lab.folder, exam)
    (folder / "exam" / "rubric.yaml").write_bytes((lab.folder / "rubric.yaml").read_bytes())
    quiet(ended(*started(lab.folder, host, "rubric", "test", str(RUBRIC(lab)), "--update")))
    return lab


def run(command: str, lab: Lab, out: Path, host: str, trap: Trap | None = None) -> Ran:
    words = [str(word) for word in COMMANDS[command](lab, out)]
    home = lab.folder.parent.parent / "home"
    with TemporaryDirectory() as folder:  # where what a killed command leaves is removed
        env = {"HOME": str(home), "XDG_STATE_HOME": str(home), "SHELL": "/bin/sh", "TMPDIR": folder}
        process, output = started(
            lab.folder.parent, host, *words, env=env, trap=trap, patience=UNHURRIED
        )
        return ended(process, output)


def parts(*few: int) -> Iterable[int]:
    """Of a command's sixths a few; with GRADE_LAB_ALL_FAULTS=1 all."""
    return range(7) if os.environ.get("GRADE_LAB_ALL_FAULTS") else few


def broken_files(*folders: Path) -> Iterable[str]:
    """What is neither whole nor absent."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        try:
            if path.suffix in READERS:
                READERS[path.suffix](path)
        except (ValueError, KeyError, zipfile.BadZipFile, AssertionError, YAMLError) as error:
            yield f"{path.name}: {error!r}"


def _html(path: Path) -> None:
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")


def _database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as rows:
        assert rows.execute("pragma integrity_check").fetchone() == ("ok",)


def _workbook(path: Path) -> None:
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None


READERS: dict[str, Callable[[Path], object]] = {
    ".json": lambda path: json.loads(path.read_bytes()),
    ".jsonl": lambda path: [json.loads(line) for line in path.read_bytes().splitlines()],
    ".yaml": lambda path: YAML(typ="safe").load(path),
    ".xml": ElementTree.parse,
    ".html": _html,
    ".xlsx": _workbook,
    ".sqlite": _database,
}


def drafts(*folders: Path) -> list[Path]:
    """What `whole` writes to."""
    return [p for f in folders for p in f.rglob(".*.*") if p.suffix[1:].isdigit()]


@pytest.mark.parametrize("name", COMMANDS)
def test_it_is_stopped_at_a_file(tmp_path: Path, name: str) -> None:
    moments = [
        *(("opened", signal.SIGINT, part) for part in parts(0, 4)),
        *(("opened", signal.SIGTERM, part) for part in parts(2, 6)),
        *(("written", signal.SIGKILL, part) for part in parts(1, 3, 6)),
    ]

    def stopped(ran: Ran, trap: Trap) -> None:
        if trap.number == signal.SIGKILL:
            assert ran.code == -signal.SIGKILL
            return
        quiet(ran)
        assert ran.code == 130, ran
        assert ran.told.count("interrupted") <= 1

    broken_at(tmp_path, name, moments, stopped)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_disk_is_full_from_a_write_on(tmp_path: Path, name: str) -> None:
    def full(ran: Ran, _: Trap) -> None:
        quiet(ran)
        if ran.code != 0:  # at most it could not wait until the disk had written
            assert ran.code in {1, 2, 3}, ran
            assert ran.told.strip()

    moments = [("written", 0, part) for part in parts(0, 1, 3, 5)]
    broken_at(tmp_path, name, moments, full)


def broken_at(  # type: ignore[no-untyped-def]
    tmp_path: Path, name: str, moments: list[tuple[Any, int, int]], holds
) -> None:
    """Run the command again and again, and break it at each of the moments (sixths of it)."""
    with faulty_engine() as (host, _):
        model, counts = site(tmp_path / "model", host), tmp_path / "counts"
        usual = run(name, model, tmp_path / "out", host, Trap("opened", counts=counts)).code
        seen = json.loads(counts.read_text())

        def broken(moment: tuple[Any, int, int]) -> str:
            kind, number, part = moment
            if not seen.get(kind):
                return ""
            met = tmp_path / f"{kind}-{number}-{part}.counts"
            trap = Trap(kind, 1 + round((seen[kind] - 1) * part / 6), number, met)
            place = tmp_path / f"{kind}-{number}-{part}"
            lab = Lab(Path(shutil.copytree(tmp_path / "model", place)) / "class" / "s-1")
            lab.remember()
            folders = [place, place / "out"]
            try:
                ran = run(name, lab, place / "out", host, trap)
                if met.exists() and json.loads(met.read_text()).get(kind, 0) < trap.nth:
                    return ""  # the second time there was less to do
                holds(ran, trap)
                assert not list(broken_files(*folders))
                assert trap.number == signal.SIGKILL or not drafts(*folders)
                assert JournalFile(lab.journal).read().entries[: len(lab.before.entries)] == (
                    lab.before.entries
                )
                again = run(name, lab, place / "out", host)
                quiet(again)
                assert again.code == usual or "--add" in name or name == "rubric new", again
                assert not list(broken_files(*folders))
            except (AssertionError, OSError) as error:
                return f"{trap}: {error}"
            return ""

        failures = list(filter(None, few_at_a_time(moments, broken)))
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


def few_at_a_time(moments: list[Any], do: Callable[[Any], str]) -> list[str]:
    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(do, moments))
