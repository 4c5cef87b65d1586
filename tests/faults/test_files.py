"""A disk that is full, a folder that is read-only or goes away, and others who write at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.journal_file import JournalFile
from tests.faults.engine import FAULTS, faulty_engine
from tests.faults.rules import DEADLINE, Lab, Ran, ended, quiet, runs, started, together, until
from tests.places import GRADE_LAB

if sys.platform == "win32":
    pytest.skip("needs Unix", allow_module_level=True)

AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def real(host: str, *words: str | Path, prefix: tuple[str, ...] = (), to: str = "") -> Ran:
    """The command as it is installed."""
    env = {**os.environ, "LANG": "C", "DOCKER_HOST": host, "DOCKER_CONFIG": "/nowhere"}
    with Path(to or os.devnull).open("w") as file:
        done = subprocess.run(
            [*prefix, GRADE_LAB, *words],
            env=env,
            stdout=file if to else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE,
        )
    return Ran(done.returncode, (done.stdout or "") + done.stderr)


@pytest.mark.skipif("coverage" in sys.modules, reason="coverage.py itself would be seen")
def test_a_disk_that_is_full_at_any_byte(tmp_path: Path) -> None:
    """A file may not grow beyond a size: the journal, or a report that is larger."""
    with faulty_engine() as (host, _):
        well = Lab.make(tmp_path / "well").well(host)
        sizes = [path.stat().st_size for path in (well.folder / ".grade-lab").rglob("*.*")]
        largest, journal = max(sizes), well.journal.stat().st_size

        def full(size: int) -> str:
            lab = Lab(Path(shutil.copytree(well.folder, tmp_path / str(size))))
            lab.remember()
            report = lab.report()
            ran = real(host, lab.folder, prefix=("prlimit", f"--fsize={size}"))
            try:
                quiet(ran)
                lab.nothing_lost()
                assert ran.code == 2, ran
                assert "cannot be written: File too large" in ran.told
                assert "free some disk space" in ran.told or "another folder" in ran.told
                assert lab.report() in {report, b""} or lab.result["passed"]
                lab.holds(lab.grade(host))
            except AssertionError as error:
                return f"{size}: {error}"
            return ""

        steps = (journal + 1, journal + 700, journal * 3 // 2, max(largest - 1, 2 * journal))
        failures = list(filter(None, together([10, *steps], full)))
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "words", [["--help"], ["."], [".", "--format=json", "--out=-"], ["doctor"]]
)
def test_standard_output_that_takes_nothing(
    tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Lab.make(tmp_path / "lab")
    monkeypatch.chdir(lab.folder)
    with faulty_engine() as (host, _):
        ran = real(host, *words, to="/dev/full")
    quiet(ran)
    assert ran.code == 2
    assert "No space left on device" in ran.told


@pytest.fixture
def read_only(tmp_path: Path) -> Lab:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere")
    with faulty_engine() as (host, _):
        return Lab.make(tmp_path / "lab").well(host)


@contextmanager
def locked(lab: Lab) -> Iterator[tuple[str, ...]]:
    """Nothing in its folder may be changed, nor was; yields what makes even root respect that."""
    inside = [p for p in [*lab.folder.rglob("*"), lab.folder] if p.is_dir()]
    before = {path: path.read_bytes() for path in lab.folder.rglob("*") if path.is_file()}
    for path in [*inside, *before]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield tuple(AS_ANYBODY) if os.geteuid() == 0 else ()
    finally:
        for path in inside:
            path.chmod(0o755)
    assert before == {p: p.read_bytes() for p in lab.folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("words", [["grade"], ["collect"], ["watch"], ["watch", "--detach"]])
def test_a_folder_that_is_read_only(tmp_path: Path, read_only: Lab, words: list[str]) -> None:
    with locked(read_only) as prefix, faulty_engine() as (host, _):
        ran = real(host, *words, read_only.folder, prefix=prefix)
        judged = real(host, "judge", read_only.folder, f"--out={tmp_path}", prefix=prefix)
    quiet(ran)
    assert ran.code == 2, ran
    assert "make the folder writable" in ran.told
    assert "`sudo chown -R $USER" in ran.told
    assert judged.code == 0, judged  # what was recorded can be judged all the same


def test_what_writes_elsewhere_does_not_mind(tmp_path: Path, read_only: Lab) -> None:
    rubric = tmp_path / "exam" / "rubric.yaml"
    rubric.parent.mkdir()
    shutil.copyfile(read_only.folder / "rubric.yaml", rubric)
    (tmp_path / "class").mkdir()
    lab = Lab(read_only.folder.rename(tmp_path / "class" / "s-1"))
    commands: list[list[str | Path]] = [
        ["ci", lab.folder, "--no-verify", "--rubric", rubric, "--out", tmp_path / "ci"],
        ["batch", "run", lab.folder.parent, "--rubric", rubric, "--out", tmp_path / "out"],
        ["rubric", "test", rubric, "--add", lab.folder, "--name", "case"],
        ["rubric", "new", tmp_path / "x.yaml", "--from-journal", lab.folder],
        ["doctor", lab.folder],
        ["shell", lab.folder, "--", "true"],
    ]
    with locked(lab) as prefix, faulty_engine() as (host, _):
        for words in commands:
            ran = real(host, *words, prefix=prefix)
            quiet(ran)
            assert ran.code in {0, 1}, (words, ran)
        there = real(host, "ci", lab.folder, "--no-verify", "--rubric", rubric, prefix=prefix)
    quiet(there)
    assert there.code == 2, there
    assert "another folder" in there.told


@pytest.mark.parametrize("stage", ["version", "container", "events"])
@pytest.mark.parametrize("what", [".grade-lab", "."])
def test_a_folder_that_goes_away(tmp_path: Path, stage: str, what: str) -> None:
    lab = Lab.make(tmp_path / "lab")
    with faulty_engine(stage, FAULTS["is silent"]) as (host, asked):
        process, output = started(lab.folder, host, "grade", str(lab.folder))
        until(lambda: stage in asked or not runs(process))
        shutil.rmtree(lab.folder / what, ignore_errors=True)
        ran = ended(process, output)
    quiet(ran)
    assert ran.code in {2, 3}, ran


def test_two_graders_at_once(tmp_path: Path) -> None:
    with faulty_engine() as (host, _):
        lab = Lab.make(tmp_path / "lab").well(host)
        runs = together(range(4), lambda _: lab.grade(host))
    for ran in runs:
        lab.holds(ran)
    entries = JournalFile(lab.journal).read().entries
    assert len({entry.run for entry in entries}) == 5
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


def test_one_that_waits_for_its_engine_does_not_hold_up_another(tmp_path: Path) -> None:
    lab = Lab.make(tmp_path / "lab")
    with (
        faulty_engine("image", FAULTS["is silent"]) as (slow, asked),
        faulty_engine() as (host, _),
    ):
        words = ("grade", str(lab.folder))
        waiting, output = started(lab.folder, slow, *words, patience=10 * DEADLINE)
        until(lambda: "image" in asked or not runs(waiting))
        lab.well(host)
        assert runs(waiting)
        waiting.terminate()
        quiet(ended(waiting, output))
    lab.nothing_lost()
