"""A learner's folder in a git repository, as git itself treats it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.needs import FileNeed
from tests.places import GRADE_LAB, SAMPLE

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

ENV = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    **{
        f"GIT_{who}_{what}": "k@x.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_EDITOR": "true",
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    "LANG": "en_US.UTF-8",
}
JOURNAL = ".grade-lab/journal.jsonl"


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, env=ENV, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def see(folder: Path, names: Iterable[str]) -> None:
    """Record a look, as a run at this computer does."""
    looks = [
        [
            Observation(
                at=datetime(2026, 1, 2, tzinfo=UTC),
                source="submission",
                need=FileNeed(path=name),
                outcome="absent",
            )
        ]
        for name in names
    ]
    JournalFile(folder / JOURNAL).append(looks, f"run-{next(iter(names), '')}")


def seen(folder: Path) -> list[str]:
    journal = JournalFile(folder / JOURNAL).read()
    assert journal.intact
    return sorted(entry.need.path for entry in journal.entries if isinstance(entry.need, FileNeed))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A repository that a learner works in at two computers, on a branch each."""
    folder = tmp_path / "home"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=home")
    see(folder, ["base"])
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=start")
    git(folder, "branch", "school")
    see(folder, ["home1", "home2"])
    git(folder, "commit", "--quiet", "--all", "--message=at home")
    git(folder, "switch", "--quiet", "school")
    see(folder, ["school1"])
    git(folder, "commit", "--quiet", "--all", "--message=at school")
    return folder


@pytest.mark.parametrize(
    "how",
    [("merge", "home"), ("rebase", "home"), ("merge", "--squash", "home"), ("cherry-pick", "home")],
    ids=" ".join,
)
def test_the_work_of_two_computers_is_put_together_without_a_conflict(
    home: Path, how: tuple[str, ...]
) -> None:
    git(home, *how)
    assert seen(home) == ["base", "home1", "home2", "school1"]
    see(home, ["later"])
    assert seen(home) == ["base", "home1", "home2", "later", "school1"]


def test_what_was_put_aside_comes_back_beside_what_was_recorded_meanwhile(home: Path) -> None:
    see(home, ["aside"])
    git(home, "stash")
    see(home, ["meanwhile"])
    git(home, "commit", "--quiet", "--all", "--message=meanwhile")
    git(home, "stash", "pop")
    assert seen(home) == ["aside", "base", "meanwhile", "school1"]


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """The lesson's folder, one of several in a repository."""
    folder = tmp_path / "labs" / "wisheasy"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns(".grade-lab", ".gitignore"))
    git(folder.parent, "init", "--quiet")
    return folder


def grade(folder: Path) -> str:
    done = subprocess.run([GRADE_LAB, folder], env=ENV, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_git_takes_the_journal_and_leaves_the_reports(lab: Path) -> None:
    assert "git" not in grade(lab)
    status = git(lab, "status", "--porcelain", "--untracked-files=all", ".grade-lab")
    assert [line.split("/")[-1] for line in status.splitlines()] == [
        ".gitattributes",
        ".gitignore",
        "journal.jsonl",
    ]


@pytest.mark.parametrize("pattern", [".grade-lab/", ".*"])
def test_a_journal_that_git_ignores_is_told_until_it_is_added(lab: Path, pattern: str) -> None:
    (lab.parent / ".gitignore").write_text(f"{pattern}\n")
    journal = lab / JOURNAL
    told = grade(lab)
    assert f"git leaves {journal} out" in told
    assert f"`git add -f {journal}`" in told
    git(lab, "add", "-f", str(journal))
    assert "git leaves" not in grade(lab)
