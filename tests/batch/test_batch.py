"""A class is judged whatever its submissions do, and again only where something has changed."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from grader.batch.batch import LOCK, Progress
from grader.batch.worker import SCRATCH
from grader.check import Status
from grader.errors import GradeLabError
from tests.batch.odd_class import OddClass, installed

ENDS_ITS_PROCESS = {
    "exit": "it crashed the process that judged it (exit code 7)",
    "kill": "it crashed the process that judged it (SIGKILL)",
    "segfault": "it crashed the process that judged it (SIGSEGV)",
    "unpicklable": "it could not be judged (Odd)",
}
BREAKS_THE_CHECK = ("raise", "recurse", "memory", "leave")
HONEST = {f"s-{number}": "well" for number in range(8)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with installed(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def alone(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an honest class is told."""
    class_ = OddClass.make(tmp_path_factory.mktemp("alone"), HONEST)
    assert class_.run() == Progress(total=8, done=8)
    return class_.told()


@pytest.fixture(scope="module")
def among(site: Path, tmp_path_factory: pytest.TempPathFactory) -> OddClass:
    """An honest class, and among it those that do harm."""
    odd = {word: word for word in (*ENDS_ITS_PROCESS, *BREAKS_THE_CHECK)}
    class_ = OddClass.make(tmp_path_factory.mktemp("among"), {**odd, **HONEST})
    class_.run()
    return class_


@pytest.fixture
def class_(site: Path, tmp_path: Path) -> OddClass:
    """Three submissions, judged."""
    class_ = OddClass.make(tmp_path, {"a": "well", "b": "ill", "c": "well"})
    class_.run()
    return class_


@pytest.mark.parametrize(("label", "error"), ENDS_ITS_PROCESS.items())
def test_what_ends_its_process_is_a_row_with_an_error(
    among: OddClass, label: str, error: str
) -> None:
    row = among.rows()[label]
    assert row.error == error
    assert (row.report, row.learner.id) == ("", label)


@pytest.mark.parametrize("label", BREAKS_THE_CHECK)
def test_what_breaks_a_check_is_judged_as_far_as_it_can_be(among: OddClass, label: str) -> None:
    row = among.rows()[label]
    assert (row.error, row.complete) == ("", False)
    assert row.objectives[0].status is Status.ERROR


def test_the_others_are_told_what_they_are_without_them(
    alone: dict[str, str], among: OddClass
) -> None:
    told = among.told()
    assert {name: told[name] for name in alone} == alone


def test_what_takes_too_long_is_a_row_with_an_error(site: Path, tmp_path: Path) -> None:
    class_ = OddClass.make(tmp_path, {"slow": "slow"})
    assert class_.run(seconds=1) == Progress(total=1, done=1, errors=1)
    assert (
        class_.rows()["slow"].error
        == "it took too long to judge, and was given up; `--seconds` allows more"
    )


def test_a_process_that_somebody_ends_costs_no_row(site: Path, tmp_path: Path) -> None:
    class_ = OddClass.make(tmp_path, {"a": f"once {tmp_path}/marker", "b": "well"})
    assert class_.run(jobs=1) == Progress(total=2, done=2)


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_number_of_jobs_changes_no_byte(
    alone: dict[str, str], site: Path, tmp_path: Path, jobs: int
) -> None:
    class_ = OddClass.make(tmp_path, dict(reversed(HONEST.items())))
    class_.run(jobs=jobs)
    assert class_.told() == alone


def test_what_has_not_changed_is_not_judged_again(class_: OddClass) -> None:
    before = class_.told()
    assert class_.run() == Progress(total=3, done=3, unchanged=3)
    assert class_.judged == []
    assert class_.told() == before


def _answers(class_: OddClass) -> OddClass:
    (class_.submissions / "b" / "how.txt").write_text("well")
    return class_


def _rubric(class_: OddClass) -> OddClass:
    rubric = class_.assignment.rubric
    rubric.write_text(rubric.read_text().replace("points: 10", "points: 20"))
    return class_


def _overrides(class_: OddClass) -> OddClass:
    path = class_.folder / "overrides.csv"
    path.write_text("learner,objective,points,reason\nb,behaves,4,seen\n")
    return class_.with_(overrides=path)


def _name(class_: OddClass) -> OddClass:
    """The roster, of which two names are as they were."""
    path = class_.folder / "roster.csv"
    path.write_text("id,name\na,\nb,\nc,\n")
    class_ = class_.with_(roster=path)
    class_.run()
    path.write_text("id,name\na,\nb,Kim\nc,\n")
    return class_


def _report(class_: OddClass) -> OddClass:
    shutil.rmtree(class_.out / "learners" / "b")
    return class_


def _back(class_: OddClass) -> OddClass:
    """Everything as it was, but the hashes of roster and overrides as a whole are other ones."""
    path = class_.folder / "overrides.csv"
    path.write_text("learner,objective,points,reason\nnobody,behaves,4,seen\n")
    return class_.with_(overrides=path)


@pytest.mark.parametrize(
    ("change", "judged"),
    [
        (_answers, ["b"]),
        (_rubric, ["a", "b", "c"]),
        (lambda class_: class_.with_(settings=(("hub_id", "kim"),)), ["a", "b", "c"]),
        (lambda class_: class_.with_(lang="ko"), ["a", "b", "c"]),
        (lambda class_: class_.with_(formats=("json", "html")), ["a", "b", "c"]),
        (_overrides, ["b"]),
        (_name, ["b"]),
        (_report, ["b"]),
        (_back, []),
    ],
    ids=[
        "content",
        "rubric",
        "settings",
        "language",
        "formats",
        "overrides",
        "roster",
        "report",
        "nothing",
    ],
)
def test_a_change_judges_again_exactly_what_it_concerns(
    class_: OddClass, change: Callable[[OddClass], OddClass], judged: list[str]
) -> None:
    class_ = change(class_)
    progress = class_.run()
    assert class_.judged == judged
    assert progress.unchanged == 3 - len(judged)
    assert (class_.out / "learners" / "b" / "result.json").is_file()
    class_.run()
    assert class_.judged == []


def test_a_class_that_was_moved_is_not_judged_again(class_: OddClass) -> None:
    class_.submissions.rename(class_.folder / "moved")
    (class_.folder / "submissions").symlink_to("moved")
    assert class_.run().unchanged == 3


def test_an_archive_counts_by_what_is_in_it(class_: OddClass) -> None:
    def pack(name: str) -> None:
        with zipfile.ZipFile(class_.submissions / "b.zip", "w") as archive:
            archive.writestr(zipfile.ZipInfo("lab.yaml"), "learner: {id: b}\n")
            archive.writestr(zipfile.ZipInfo("how.txt"), "well")
            archive.comment = name.encode()

    shutil.rmtree(class_.submissions / "b")
    pack("first")
    class_.run()
    assert class_.judged == ["b"]
    assert class_.run().unchanged == 3
    pack("second")  # other bytes, the same files
    assert class_.run().unchanged == 3
    assert not (class_.out / SCRATCH).exists()


def test_what_went_away_has_no_row(class_: OddClass) -> None:
    shutil.rmtree(class_.submissions / "b")
    assert class_.run() == Progress(total=2, done=2, unchanged=2)
    assert list(class_.rows()) == ["a", "c"]


def test_an_error_is_tried_again_and_leaves_no_report_of_what_was_before(class_: OddClass) -> None:
    (class_.submissions / "b" / "lab.yaml").write_text("learner: [")
    for _ in range(2):
        assert class_.run() == Progress(total=3, done=3, unchanged=2, errors=1)
    assert class_.rows()["b"].error.startswith("lab.yaml cannot be used: not valid YAML")
    assert not (class_.out / "learners" / "b" / "result.json").exists()


def test_the_class_folder_among_the_submissions_is_none(site: Path, tmp_path: Path) -> None:
    class_ = OddClass.make(tmp_path, {"a": "well"})
    class_ = class_.with_(out=class_.submissions / "results")
    for unchanged in (0, 1):
        assert class_.run() == Progress(total=1, done=1, unchanged=unchanged)


@pytest.mark.parametrize("what", ["rubric", "roster", "overrides"])
def test_what_all_depend_on_is_read_before_anything_is_judged(class_: OddClass, what: str) -> None:
    path = class_.folder / f"broken-{what}.csv"
    path.write_text("no: [such\nx\n")
    with pytest.raises(GradeLabError):
        class_.with_(**{what: path}).run()
    assert class_.judged == []
    assert list(class_.rows()) == ["a", "b", "c"]


def test_two_runs_do_not_work_on_one_class(class_: OddClass) -> None:
    with FileLock(class_.out / LOCK), pytest.raises(GradeLabError, match="another grade-lab"):
        class_.run()
    assert class_.run().unchanged == 3


def test_a_folder_that_cannot_be_made_is_told(class_: OddClass) -> None:
    store, out = class_.out / "class.sqlite", class_.folder / "file"
    out.write_text("in the way")
    assert store.is_file()
    with pytest.raises(GradeLabError, match="cannot be used"):
        class_.with_(out=out / "below").run()
