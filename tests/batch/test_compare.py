"""What moved between two runs of a class."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.batch.compare import Change, compare, why
from grader.batch.model import Row
from grader.batch.outputs import results_jsonl
from grader.check import Status
from tests.batch.graded import broken, graded, row

TITLES = {"build": {"en": "An image was built", "ko": "이미지"}, "answers": "Answers"}


def only(before: Row, after: Row) -> Change:
    (change,) = compare([before], [after])
    return change


def told(change: Change) -> str:
    return "; ".join(map(str, why(change, TITLES)))


def with_status(one: Row, objective: str, status: Status, message: str) -> Row:
    changed = {"status": status, "message": message}
    return one.model_copy(
        update={
            "objectives": tuple(
                o.model_copy(update=changed) if o.id == objective else o for o in one.objectives
            )
        }
    )


def test_who_did_not_move_is_not_told() -> None:
    assert list(compare([row("a"), broken("b")], [row("a"), broken("b")])) == []


def test_the_objective_that_moved_is_told_with_its_message() -> None:
    before = with_status(row("a", "20"), "answers", Status.PASS, "")
    after = with_status(row("a", "15"), "answers", Status.PARTIAL, "half of it is missing")
    change = only(before, after)
    assert change.points == -5
    (turn,) = change.turns
    assert (turn.objective, turn.before, turn.after) == ("answers", "pass", "partial")
    assert turn.points == -5
    assert told(change) == "Answers: Passed → Partly done (half of it is missing)"


def test_a_status_that_changed_without_points_and_points_without_status_are_told() -> None:
    unsure = with_status(row("a"), "build", Status.ERROR, "the registry is down")
    assert told(only(row("a"), unsure)).startswith("An image was built: Passed → Not judged")
    assert told(only(row("a", "12"), row("a", "15.5"))) == "Answers: +3.5 points"


def test_a_penalty_that_changed_is_a_reason() -> None:
    late = row("a", "15").model_copy(update={"penalty": Decimal(2), "final": Decimal(13)})
    change = only(row("a", "15"), late)
    assert change.points == -2
    assert told(change) == "late penalty: 0 → 2"


def test_a_pass_mark_that_changed_and_points_that_nobody_got_are_told() -> None:
    failed, passed = (row("a").model_copy(update={"passed": it}) for it in (False, True))
    assert told(only(failed, passed)) == "passes now"
    assert told(only(passed, failed)) == "does not pass any more"
    more = row("a", "15").model_copy(update={"max_score": Decimal(26)})
    assert told(only(row("a", "15"), more)) == "of 20 points before, of 26 now"


def test_new_gone_and_broken_learners_are_told_as_such() -> None:
    before = [row("a", "20"), row("c", "20"), broken("d")]
    after = [row("b", "15"), broken("c", "no archive"), row("d", "5")]
    a, b, c, d = compare(before, after)
    assert [change.label for change in (a, b, c, d)] == ["a", "b", "c", "d"]
    assert [change.points for change in (a, b, c, d)] == [-20, 15, -20, 5]
    assert told(a) == "no longer in the class"
    assert told(b) == "handed in for the first time"
    assert told(c) == "could not be judged: no archive"
    assert told(d) == "could not be judged before"
    again = only(broken("a", "no archive"), broken("a", "a bomb"))
    assert told(again) == "could not be judged: a bomb"


labels = st.sets(st.sampled_from(["A", "a", "b", "b-2", "가", "나", "\U0001f600", "\uffff"]))


@given(labels, labels)
def test_every_label_of_one_side_comes_once_and_in_order(first: set[str], second: set[str]) -> None:
    changes = list(compare(map(row, sorted(first)), map(row, sorted(second))))
    assert [change.label for change in changes] == sorted(first ^ second)


def test_the_last_run_is_read_from_its_results(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    results_jsonl.OUTPUT.write(graded(tmp_path, [row("a", "10"), row("b")]), path)
    (change,) = compare(results_jsonl.read(path), [row("a", "10.5"), row("b")])
    assert change.points == Decimal("0.5")
