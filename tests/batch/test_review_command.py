"""`grade-lab batch review`: what a person has to look at, listed or as a file to fill in."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import overrides
from grader.batch.batch import STORE
from grader.batch.store import Store
from grader.cli.main import _told
from grader.errors import ExitCode
from tests.batch.graded import broken, row, rubric

Printed = pytest.CaptureFixture[str]


def review(tmp_path: Path, *options: str) -> ExitCode:
    arguments = [str(tmp_path), "--rubric", str(tmp_path / "rubric.yaml"), "--lang", "en"]
    return _told(["batch", "review", *arguments, *options])


def test_what_needs_a_person_is_listed_each_on_a_line(tmp_path: Path, capsys: Printed) -> None:
    rubric(tmp_path)
    with Store(tmp_path / STORE) as store:
        store.put(row("s-1", "13.5", "Kim\x1b[31m Minji"))
        store.put(broken("s-2", "a bomb"))
    assert review(tmp_path) == ExitCode.PASSED
    first, second, count = capsys.readouterr().out.splitlines()
    assert first == "s-1, Kim Minji: Answers, 6.5 points at stake: copied from the lesson"
    assert second == "s-2: could not be judged: a bomb"
    assert count == "to be looked at by a person: 2"


def test_the_same_as_a_file_to_fill_in(tmp_path: Path) -> None:
    rubric(tmp_path)
    with Store(tmp_path / STORE) as store:
        store.put(row("s-1"))
    path = tmp_path / "points.yaml"
    assert review(tmp_path, "--template", str(path)) == ExitCode.PASSED
    assert "s-1" in path.read_text(encoding="utf-8")
    assert overrides.load(path) == {}


@pytest.mark.parametrize(
    ("options", "shown", "told"),
    [
        ((), "답", ""),
        (("--lang", "en"), "Answers", "in the language that the class was judged in (ko)"),
        (("--lang", "ko"), "답", ""),
    ],
)
def test_it_speaks_the_language_of_the_class_unless_asked(
    tmp_path: Path, capsys: Printed, options: tuple[str, ...], shown: str, told: str
) -> None:
    rubric(tmp_path)
    with Store(tmp_path / STORE) as store:
        store.put(row("s-1", lang="ko"))
    given = ["batch", "review", str(tmp_path), "--rubric", str(tmp_path / "rubric.yaml"), *options]
    assert _told(given) == ExitCode.PASSED
    printed = capsys.readouterr()
    assert printed.out.startswith(f"s-1, s-1: {shown}, 5")
    assert told in printed.err
    assert bool(told) == bool(printed.err)


def test_a_folder_without_results_is_told(tmp_path: Path, capsys: Printed) -> None:
    rubric(tmp_path)
    assert review(tmp_path) == ExitCode.USAGE
    assert "there are no results of a class here" in capsys.readouterr().err
    assert not (tmp_path / STORE).exists()
