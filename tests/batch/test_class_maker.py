"""The made-up class is what its truth says: judged, each submission gets what was built into it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from grader.batch.sketch import likeness, sketch
from grader.checking.answers import answer_to
from grader.collect.collect import look
from grader.errors import GradeLabError
from grader.journal import VERSION, Entry
from grader.journal_file import JournalFile
from grader.judge import judge
from grader.needs import EnvFileNeed, FileNeed, TreeNeed
from grader.result import Result
from grader.rubric.find import find
from grader.rubric.load import load
from grader.submission import load as load_submission
from tests.places import ROOT

MAKER = ROOT / "benchmarks" / "class_maker.py"
COUNT = 120
RUBRIC = find("container-and-docker", Path())
OF_SUBMISSION = (FileNeed, EnvFileNeed, TreeNeed)


def make(out: Path, seed: int = 1, count: int = COUNT) -> Path:
    given = ["--count", str(count), "--seed", str(seed), str(out)]
    subprocess.run([sys.executable, str(MAKER), *given], check=True)
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("class") / "out")


def truths(made: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (made / "truth.jsonl").open(encoding="utf-8")]


def roster(made: Path) -> dict[str, dict[str, str]]:
    with (made / "roster.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def judged(folder: Path, hub_id: str) -> Result:
    """As a class is judged: the files count as they were handed in."""
    handed_in = load_submission(folder, needs_lab_file=False)
    given = {"hub_id": hub_id, **handed_in.variables}
    known = load(RUBRIC, lenient=True).variables
    rubric = load(RUBRIC, {name: value for name, value in given.items() if name in known})
    journal = JournalFile(handed_in.journal).read()
    at = journal.entries[-1].at if journal.entries else datetime(2026, 12, 1, tzinfo=UTC)
    asked = [need for need in rubric.needs() if isinstance(need, OF_SUBMISSION)]
    entries = [
        Entry(v=VERSION, seq=seq, run="handed-in", by="batch", **{**dict(seen), "at": at})
        for seq, seen in enumerate(look(asked, folder, None), journal.lines + 1)
    ]
    journal = replace(journal, entries=(*journal.entries, *entries))
    return judge(rubric, journal, handed_in.learner)


def test_each_is_judged_as_it_was_made(made: Path) -> None:
    enrolled = roster(made)
    for truth in truths(made):
        folder = made / "submissions" / truth["label"]
        hub_id = enrolled[truth["label"]]["hub_id"]
        if truth["error"]:
            with pytest.raises(GradeLabError, match=truth["error"]):
                judged(folder, hub_id)
            continue
        result = judged(folder, hub_id)
        lost = {o.id: str(o.status) for o in result.objectives if o.status != "pass"}
        assert (truth["kind"], lost) == (truth["kind"], truth["statuses"])
        assert (truth["kind"], float(result.score)) == (truth["kind"], truth["score"])


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(
    made: Path, tmp_path: Path
) -> None:
    def content(out: Path) -> dict[str, bytes]:
        files = (path for path in sorted(out.rglob("*")) if path.is_file())
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}

    first = content(made)
    assert content(make(tmp_path / "again")) == first
    assert content(make(tmp_path / "other", seed=2)) != first


def test_the_mix_has_every_group_and_mostly_good_ones(made: Path) -> None:
    groups = Counter(truth["group"] for truth in truths(make(made.parent / "more", 3, 400)))
    assert set(groups) == {"good", "partial", "broken", "hostile"}
    assert groups.most_common(1)[0][0] == "good"
    assert min(groups.values()) >= 20


def test_answers_are_alike_where_they_were_copied_and_nowhere_else(made: Path) -> None:
    told = {truth["label"] for truth in truths(made) if "alike-answers" in truth["flags"]}
    sketches = {
        path.parent.name: sketch(answer_to("vm-vs-container", path.read_text("utf-8")) or "")
        for path in sorted(made.glob("submissions/*/answers.md"))
        if path.stat().st_size < 100_000
    }
    alike = [
        {one, other}
        for (one, mine), (other, its) in combinations(sketches.items(), 2)
        if max(mine) != -1 and likeness(mine, its) >= 0.8
    ]
    assert alike
    assert {label for pair in alike for label in pair} == told


def test_entries_are_small_except_those_that_are_meant_to_be_large(made: Path) -> None:
    for truth in truths(made):
        folder = made / "submissions" / truth["label"]
        size = sum(p.stat().st_size for p in folder.rglob("*") if not p.is_symlink())
        assert size < 80_000 or truth["kind"] in {"long-line", "long-answer"}
