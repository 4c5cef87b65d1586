"""One submission becomes a row, whatever it holds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch import keys, worker
from grader.batch.given import Given
from grader.batch.model import Assignment, Candidate, Row
from grader.batch.worker import Task, work
from tests.batch.odd_class import OddClass, installed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with installed(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def class_(site: Path, tmp_path: Path) -> OddClass:
    return OddClass.make(tmp_path, {"a": "well"})


def task(class_: OddClass, key: str = "") -> Task:
    given = Given.read(class_.assignment)
    basis = keys.basis(class_.assignment, given.rubric)
    return Task(class_.assignment, Candidate(str(class_.submissions / "a"), "a"), basis, key)


def judged(class_: OddClass) -> Row:
    row = work(task(class_))
    assert row is not None
    return row


def test_a_row_tells_what_was_judged_and_where_its_report_is(class_: OddClass) -> None:
    row = judged(class_)
    assert (row.label, row.learner.id, row.error) == ("a", "a", "")
    assert (row.score, row.max_score, row.passed, row.complete) == (10, 10, True, True)
    assert (class_.out / row.report / "result.json").is_file()
    assert work(task(class_, row.key)) is None


def test_a_broken_lab_file_is_an_error_that_names_the_place(class_: OddClass) -> None:
    (class_.submissions / "a" / "lab.yaml").write_text("learner: {idd: a}\n")
    assert judged(class_).error.startswith("lab.yaml cannot be used: unknown field 'idd'")


@pytest.mark.parametrize(
    ("lab", "told"),
    [
        (None, "there is no lab.yaml in the submission: "),
        ("learner: {id: a}\n", "lab.yaml cannot be used: "),
    ],
)
def test_a_value_that_nobody_gave_is_no_mistake_of_the_rubric(
    class_: OddClass, lab: str | None, told: str
) -> None:
    required = class_.assignment.rubric.read_text().replace("{default: nobody}", "{required: true}")
    class_.assignment.rubric.write_text(required)
    path = class_.submissions / "a" / "lab.yaml"
    path.unlink() if lab is None else path.write_text(lab)
    assert judged(class_).error.startswith(f"{told}the variable 'hub_id' is required")


@pytest.mark.parametrize(
    ("variables", "journal", "told"),
    [("{}", '{"v":2}\n', "newer grade-lab"), ("{hub_id: $}", "", "lab.yaml cannot be used")],
)
def test_whose_it_is_is_known_also_where_it_cannot_be_judged(
    class_: OddClass, tmp_path: Path, *, variables: str, journal: str, told: str
) -> None:
    folder, roster = class_.submissions / "a", tmp_path / "roster.csv"
    (folder / "lab.yaml").write_text(f"learner: {{id: s-7}}\nvariables: {variables}\n")
    (folder / ".grade-lab").mkdir()
    (folder / ".grade-lab" / "journal.jsonl").write_text(journal)
    roster.write_text("id,name\ns-7,Kim\n")
    row = judged(replace(class_, assignment=replace(class_.assignment, roster=roster)))
    assert told in row.error
    assert (row.learner.id, row.learner.name, row.enrolled, row.notices) == ("s-7", "Kim", 2, ())


def test_several_labs_are_told_and_none_is_judged_as_if_nothing_was_done(class_: OddClass) -> None:
    for name in ("lab", "lab - Copy"):
        (class_.submissions / "a" / name).mkdir()
        (class_.submissions / "a" / name / "lab.yaml").write_text("variables: {hub_id: kim}\n")
    (class_.submissions / "a" / "lab.yaml").unlink()
    assert judged(class_).error == "there are several labs in the submission: lab, lab - Copy"


@pytest.mark.skipif(os.name == "nt", reason="there it is the same name")
@pytest.mark.parametrize("name", ["lab.yaml.txt", "Lab.yaml"])
def test_a_lab_file_of_another_name_is_told(class_: OddClass, name: str) -> None:
    required = class_.assignment.rubric.read_text().replace("{default: nobody}", "{required: true}")
    class_.assignment.rubric.write_text(required)
    lab = class_.submissions / "a" / "lab.yaml"
    lab.rename(lab.with_name(name))
    assert judged(class_).error.startswith(f"lab.yaml is called {name} in the submission: ")


def test_overrides_are_found_by_the_roster_whatever_a_spreadsheet_made_of_the_id(
    class_: OddClass,
) -> None:
    (class_.submissions / "a" / "lab.yaml").write_text("learner: {id: '0012'}\n")
    roster, points = class_.folder / "roster.csv", class_.folder / "points.csv"
    roster.write_text("id\n0012\n")
    points.write_text("learner,objective,points,reason\n12,behaves,3,seen\n")
    row = judged(class_.with_(roster=roster, overrides=points))
    assert (row.learner.id, row.score) == ("0012", 3)


@pytest.mark.parametrize("name", ["lab.yaml", ".grade-lab/journal.jsonl"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "out", "loop"])
def test_what_is_no_file_of_the_submission_is_refused(
    class_: OddClass, name: str, kind: str
) -> None:
    path = class_.submissions / "a" / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "out":
            path.symlink_to("/etc/passwd")
        case "loop":
            path.symlink_to(path)
    error = judged(class_).error
    assert error
    assert "could not be judged" not in error
    assert "root:" not in error


@pytest.mark.parametrize(
    "text",
    [
        "variables: [" + "a," * 50_000 + "]",
        "learner: " + "[" * 100_000,
        "\n".join(["a: &a [x,x,x,x]", *(f"a{n}: &a{n} [*a,*a,*a,*a]" for n in range(400))]),
    ],
    ids=["many values", "deep", "aliases"],
)
def test_a_lab_file_such_as_nobody_writes_is_refused_before_it_costs_much(
    class_: OddClass, text: str
) -> None:
    (class_.submissions / "a" / "lab.yaml").write_text(text)
    error = judged(class_).error
    assert error.startswith("lab.yaml cannot be used: ")
    assert "larger than" in error or "more than" in error


def test_a_lab_file_with_long_comments_and_korean_is_read(class_: OddClass) -> None:
    comment = "# 이 파일에는 실습을 한 사람의 이름과 변수를 적습니다.\n" * 60
    (class_.submissions / "a" / "lab.yaml").write_text(comment + "learner: {id: a, name: 김하늘}\n")
    assert judged(class_).learner.name == "김하늘"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "it needs too much memory to be judged"),
        (RecursionError(), "it could not be judged (RecursionError)"),
        (PermissionError(13, "Permission denied"), "it cannot be read: Permission denied"),
        (SystemExit(3), "it could not be judged (SystemExit)"),
    ],
)
def test_whatever_is_raised_becomes_words(
    class_: OddClass, monkeypatch: pytest.MonkeyPatch, error: BaseException, told: str
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(worker, "judge", broken)
    assert judged(class_).error == told


def test_a_submission_without_a_journal_is_dated_by_its_files(class_: OddClass) -> None:
    before = judged(class_)
    path = class_.submissions / "a" / "how.txt"
    os.utime(path, (path.stat().st_mtime + 60,) * 2)
    after = judged(class_)
    assert after.key != before.key
    (path.parent / ".grade-lab").mkdir()
    (path.parent / ".grade-lab" / "journal.jsonl").write_text("")
    key = judged(class_).key
    os.utime(path, (0, 0))
    assert judged(class_).key == key


def test_another_version_judges_again(class_: OddClass, monkeypatch: pytest.MonkeyPatch) -> None:
    before = judged(class_).key
    basis = task(class_).basis
    monkeypatch.setattr(keys, "__version__", "99")
    assert judged(class_).key != before
    assert task(class_).basis != basis


def test_another_state_of_the_same_version_judges_again(
    class_: OddClass, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is installed from its folder, which has one version from release to release."""
    before = judged(class_).key
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "judge.py").write_text("# put right")
    monkeypatch.setattr(keys, "HERE", tmp_path)
    keys._own_code.cache_clear()
    assert judged(class_).key != before
    keys._own_code.cache_clear()


def test_a_check_type_of_ones_own_that_was_changed_judges_again(class_: OddClass) -> None:
    before = judged(class_).key
    basis = task(class_).basis
    assert work(task(class_, before)) is None
    code = Path(sys.modules["odd_checks"].__file__ or "")  # of the first test that loaded it
    was = code.read_text(encoding="utf-8")
    code.write_text(f"{was}# put right\n", encoding="utf-8")
    try:
        assert judged(class_).key != before
        assert task(class_).basis != basis
    finally:
        code.write_text(was, encoding="utf-8")


@pytest.mark.parametrize("kind", ["link", "name", "empty", "moved text"])
def test_any_change_of_a_folder_changes_key_and_glance(class_: OddClass, kind: str) -> None:
    folder = class_.submissions / "a"
    (folder / "one").write_text("x")
    (folder / "below").mkdir()
    (folder / "link").symlink_to("one")
    (folder / "journal").mkdir()

    def told() -> tuple[str, str]:
        row = judged(class_)
        return row.key, keys.glance("basis", Candidate(str(folder), "a"))

    before = told()
    assert told() == before
    match kind:
        case "link":
            (folder / "link").unlink()
            (folder / "link").symlink_to("below")
        case "name":
            (folder / "one").rename(folder / "two")
        case "empty":
            (folder / "one").write_text("")
        case "moved text":
            (folder / "one").rename(folder / "below" / "one")
    after = told()
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_what_is_too_much_has_no_glance(
    class_: OddClass, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    candidate = Candidate(str(class_.submissions / "a"), "a")
    assert keys.glance("basis", candidate)
    assert keys.glance("basis", replace(candidate, source="https://example.org/a.git")) == ""
    assert keys.glance("basis", replace(candidate, source=str(tmp_path / "gone.zip"))) == ""
    monkeypatch.setattr(keys, "GLANCE_FILES", 1)
    assert keys.glance("basis", candidate) == ""
    monkeypatch.setattr(keys, "GLANCE_FILES", 100)
    with (class_.submissions / "a" / "hole").open("wb") as file:
        file.truncate(10**12)
    assert keys.glance("basis", candidate) == ""


def test_settings_and_language_are_part_of_the_key(class_: OddClass) -> None:
    found = {judged(class_).key}
    for changes in ({"lang": "ko"}, {"formats": ("html",)}, {"settings": (("hub_id", "kim"),)}):
        found.add(judged(class_.with_(**changes)).key)
    assert len(found) == 4


def test_an_assignment_can_be_sent() -> None:
    assert hash(Assignment(Path("/r"), Path("/o")))
