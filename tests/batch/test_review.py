"""What needs a person, and the file that settles it."""

from __future__ import annotations

import tempfile
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import overrides
from grader.batch.model import Row
from grader.batch.review import review, unknown, write_template
from grader.check import Status
from grader.errors import GradeLabError, OutputError
from grader.result import Learner, Override
from tests.batch.graded import broken, row, rubric, table

KINDS = ["yaml", "csv"]


def test_the_queue_holds_reviews_and_errors_with_the_points_at_stake(tmp_path: Path) -> None:
    rows = [row("s-1", "13.5", "김민지"), broken("s-2", "a bomb")]
    first, second = review(rows, rubric(tmp_path), "ko")
    assert (first.label, first.learner.name, first.objective) == ("s-1", "김민지", "answers")
    assert (first.title, first.message) == ("답", "copied from the lesson")
    assert first.points == Decimal("6.5")
    assert (second.status, second.objective, second.message) == (Status.ERROR, "", "a bomb")
    assert second.points == 20


def test_what_an_override_settled_is_not_in_the_queue(tmp_path: Path) -> None:
    settled = row("s-1")
    done = tuple(o.model_copy(update={"status": Status.PARTIAL}) for o in settled.objectives)
    rows = [settled.model_copy(update={"objectives": done})]
    assert list(review(rows, rubric(tmp_path))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_can_be_filled_in_and_what_is_left_empty_settles_nothing(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"overrides.{kind}"
    rows = [row("007"), row("s-2"), broken("s-3")]
    write_template(review(rows, rubric(tmp_path)), path)
    assert overrides.load(path) == {}
    text = path.read_text(encoding="utf-8")
    if kind == "yaml":
        text = text.replace("points:\n  reason:", "points: 7.5\n  reason: read it", 1)
    else:
        text = text.replace("007,answers,,", "007,answers,7.5,read it", 1)
    path.write_text(text, encoding="utf-8")
    assert overrides.load(path) == {
        "007": {"answers": Override(points=Decimal("7.5"), reason="read it")}
    }


def test_a_template_never_takes_the_place_of_what_was_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "overrides.yaml"
    path.write_text("- {learner: s-1, objective: answers, points: 3, reason: read it}\n")
    with pytest.raises(OutputError, match="already"):
        write_template(review([row("s-1")], rubric(tmp_path)), path)
    assert overrides.load(path)["s-1"]["answers"].points == 3


def test_points_without_a_reason_are_still_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "overrides.yaml"
    path.write_text("- {learner: s-1, objective: answers, points: 0, reason: }\n")
    with pytest.raises(GradeLabError, match="reason"):
        overrides.load(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_spreadsheet_may_have_saved_it(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "overrides.csv"
    write_template(review([row("s-1", name="김민지")], rubric(tmp_path), "ko"), path, "ko")
    text = path.read_text(encoding="utf-8-sig").replace("answers,,", "answers,3,읽음")
    lines = [f"{line},,".replace(",", delimiter) for line in (*text.splitlines(), ",,,")]
    path.write_bytes("\n".join(lines).encode(encoding))
    assert overrides.load(path)["s-1"]["answers"].reason == "읽음"


def test_columns_that_are_missing_are_told_once(tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text("학번,objective,points,이유\ns-1,vm,3,good\ns-2,vm,3,good\n", encoding="utf-8")
    with pytest.raises(GradeLabError) as caught:
        overrides.load(path)
    [problem] = caught.value.problems
    assert str(problem) == f"{path}:1: there is no column learner, reason"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=20), st.text(max_size=40))
@example("=1+1", "x\n- learner: s-1\n  objective: build\n  points: 10\n  reason: mine")
@example("- a: [", "\u2028- learner: x\x85- b")
@example("'@x", "#")
@example("00:10", "--- !!python/object x")
def test_a_learner_cannot_write_into_the_template(id_: str, message: str) -> None:
    id_ = "".join(c for c in id_ if unicodedata.category(c) not in {"Cs", "Cc", "Cn", "Zl", "Zp"})
    message = "".join(c for c in message if unicodedata.category(c) != "Cs")
    mine = named(row(id_ or "x"), message)
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            path = Path(folder) / f"overrides.{kind}"
            write_template(review([mine], rubric(Path(folder))), path)
            empty, filled = (
                (b"points:\n  reason:", b"points: 1\n  reason: r")
                if kind == "yaml"
                else (b",answers,,,", b",answers,1,r,")
            )
            assert overrides.load(path) == {}
            data = path.read_bytes()
            assert data.count(empty) == 1
            path.write_bytes(data.replace(empty, filled))
            read = overrides.load(path)
            assert {k: list(v) for k, v in read.items()} == {mine.learner.id: ["answers"]}


@pytest.mark.parametrize("id_", ["a\x85b", "a\u2028b", "\x7f", "\x07", "\u202e", "\U0001f600", "~"])
def test_an_odd_id_is_read_back_from_yaml_as_it_was(tmp_path: Path, id_: str) -> None:
    path = tmp_path / "overrides.yaml"
    write_template(review([row(id_)], rubric(tmp_path)), path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("points:\n  reason:", "points: 1\n  reason: r"), encoding="utf-8")
    assert list(overrides.load(path)) == [id_]


def named(one: Row, message: str) -> Row:
    told = (o.model_copy(update={"message": message}) for o in one.objectives)
    learner = Learner(id=one.learner.id, name=message)
    return one.model_copy(update={"learner": learner, "objectives": tuple(told)})


def test_a_csv_template_tells_what_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    write_template(review([row("s-1", name="=evil")], rubric(tmp_path)), path)
    assert table(path, "utf-8-sig") == [
        ["learner", "objective", "points", "reason", "label", "name", "title", "message", "worth"],
        ["s-1", "answers", "", "", "s-1", "'=evil", "Answers", "copied from the lesson", "5"],
    ]


def test_an_override_that_settles_nothing_is_told(tmp_path: Path) -> None:
    given_points = {
        "s-1": {"answer": give(5), "build": give(10)},
        "s-2": {"build": give(11)},
        "s-3": {"build": give(1)},
        "s-9": {"build": give(1)},
    }
    rows = [row("s-1"), row("s-2"), broken("s-3")]
    told = list(map(str, unknown(given_points, rows, rubric(tmp_path))))
    assert told == [
        "overrides, s-1: there is no objective 'answer'; did you mean 'answers'?",
        "overrides, s-2: build has 10 points, so 11 count as 10",
        "overrides: the submission of s-3 could not be judged",
        "overrides: there is no learner s-9 in the class",
    ]


def give(points: int) -> Override:
    return Override(points=Decimal(points), reason="r")


def test_a_cell_beyond_the_last_column_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text("learner,objective,points,reason\ns-1,vm,3,good,better\n", encoding="utf-8")
    with pytest.raises(GradeLabError) as caught:
        overrides.load(path)
    assert {problem.where for problem in caught.value.problems} == {f"{path}:2:1"}
