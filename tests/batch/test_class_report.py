"""The class report's numbers: the same as a naive computation gives, in little memory."""

from __future__ import annotations

import statistics
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from grader.batch.alike_messages import MAX_GROUPS, AlikeMessages
from grader.batch.class_report import MAX_FLAGS, MAX_MOVED, class_report
from grader.batch.model import Flag, ObjectiveRow, Row
from grader.batch.tally import BINS
from grader.check import Status
from grader.report.class_view import Moved
from grader.result import Learner
from tests import sample_class as sample


def a_row(label: str, final: int = 0, *statuses: str, **fields: object) -> Row:
    objectives = tuple(
        ObjectiveRow(id=f"objective-{i}", status=Status(s), score=Decimal(0), max_score=Decimal(5))
        for i, s in enumerate(statuses, 1)
    )
    values: dict[str, object] = {"final": Decimal(final), "max_score": Decimal(100), **fields}
    return Row.model_validate({"label": label, "key": "", "objectives": objectives, **values})


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 101, 400])
def test_the_spread_is_that_of_a_naive_computation(count: int) -> None:
    scores = [row.final for row in sample.rows(count, seed=count) if not row.error]
    spread = class_report(lambda: sample.rows(count, seed=count), sample.about()).spread
    assert spread is not None
    assert spread.mean == sum(scores) / Decimal(len(scores))
    assert (spread.lowest, spread.highest) == (min(scores), max(scores))
    quartiles = [*scores, *scores] if len(scores) == 1 else scores
    wanted = statistics.quantiles(map(float, quartiles), n=4, method="inclusive")
    assert [float(x) for x in (spread.lower, spread.median, spread.upper)] == wanted
    naive = Counter(min(int(score / 11), BINS - 1) for score in scores)
    assert spread.bins == tuple(naive[i] for i in range(BINS))


def test_the_counts_are_those_of_a_naive_computation() -> None:
    everybody = list(sample.rows(400))
    flagged = {label for flag in sample.flags(400) for label in flag.labels}
    view = class_report(lambda: iter(everybody), sample.about(), sample.flags(400))
    assert view.tally["all"] == 400
    assert view.tally["error"] == sum(bool(row.error) for row in everybody)
    assert view.tally["passed"] == sum(row.passed for row in everybody)
    assert view.tally["review"] == sum(bool(row.review) for row in everybody)
    assert view.tally["late"] == sum(row.penalty > 0 for row in everybody)
    assert view.tally["flagged"] == len(flagged)
    assert view.late_points == sum(row.penalty for row in everybody)


def test_objectives_are_counted_one_by_one() -> None:
    everybody = list(sample.rows(400))
    view = class_report(lambda: iter(everybody), sample.about())
    titles = dict(zip(sample.about().objectives.values(), range(22), strict=True))
    for objective in view.objectives:
        rows = [r.objectives[titles[objective.title]] for r in everybody if not r.error]
        assert objective.counts == Counter(row.status.value for row in rows)
        assert objective.mean == sum(row.score for row in rows) / Decimal(len(rows))
        told = [row for row in rows if row.status in {"fail", "partial", "unproven"}]
        assert objective.failed == len(told)
        assert sum(trouble.count for trouble in objective.troubles) == len(told)


def test_what_most_failed_is_taught_first_and_waiting_is_no_failure() -> None:
    rows = [
        a_row("a", 0, "pass", "skip", "fail"),
        a_row("b", 0, "unproven", "skip", "fail"),
        a_row("c", 0, "review", "error", "partial"),
    ]
    view = class_report(lambda: iter(rows), sample.about())
    first, second, *others = view.objectives
    assert (first.title, first.failed) == ("What is left out of the build", 3)
    assert (second.title, second.failed) == ("Docker works", 1)
    assert [objective.failed for objective in others] == [0] * 20
    assert others[0].title == "A Dockerfile is written", "else in the rubric's order"


def test_who_could_not_be_judged_is_in_no_average() -> None:
    rows = [a_row("a", 80), a_row("b", 0, error="bad archive"), a_row("c", 100)]
    view = class_report(lambda: iter(rows), sample.about())
    assert view.spread is not None
    assert view.spread.median == 90
    assert sum(view.spread.bins) == 2
    outcomes = [line.outcome for line in view.lines()]
    assert outcomes == ["incomplete", "error", "incomplete"]


def test_a_class_in_which_nobody_was_judged_has_no_spread() -> None:
    view = class_report(lambda: iter([a_row("a", error="bad")]), sample.about())
    assert view.spread is None
    assert class_report(lambda: iter([]), sample.about()).spread is None


def test_messages_that_name_each_learners_own_image_are_one() -> None:
    messages = AlikeMessages()
    for i in range(30):
        messages.add(f"nothing was seen of image docker.io/hub{i}/app:1.0 yet")
        messages.add("port 8000 is not published")
    messages.add("port 80 is not published")
    assert list(messages.most_common(5)) == [
        ("port … is not published", 31),
        ("nothing was seen of image … yet", 30),
    ]


def test_what_is_the_same_in_all_messages_stays() -> None:
    messages = AlikeMessages()
    for _ in range(2):
        messages.add("port 8000 of docker.io/me/app:1.0 is closed")
    assert list(messages.most_common(1)) == [("port 8000 of docker.io/me/app:1.0 is closed", 2)]


def test_messages_that_are_all_different_do_not_fill_the_memory() -> None:
    messages = AlikeMessages()
    messages.add("as many say")
    for i in range(5 * MAX_GROUPS):
        messages.add("a" * i)
        messages.add("as many say")
    assert next(messages.most_common(1)) == ("as many say", 5 * MAX_GROUPS + 1)
    assert len(list(messages.most_common(10**6))) == MAX_GROUPS


def test_flags_are_grouped_and_name_the_learners() -> None:
    rows = [a_row("a", learner=Learner(id="1", name="Ann"), report="learners/a"), a_row("b", 1)]
    flags = [
        Flag(kind="same-image", labels=("a", "b"), evidence="one"),
        Flag(kind="broken-journal", labels=("b",), evidence="two"),
        Flag(kind="same-image", labels=("b", "gone"), evidence="three"),
    ]
    view = class_report(lambda: iter(rows), sample.about(), flags)
    assert [(kind.kind, kind.count) for kind in view.flags] == [
        ("same-image", 2),
        ("broken-journal", 1),
    ]
    [(evidence, parties), (_, others)] = view.flags[0].flags
    assert evidence == "one"
    assert [(p.name, p.report) for p in parties] == [("Ann", "learners/a/report.html"), ("b", "")]
    assert [p.name for p in others] == ["b", "gone"]
    assert [line.flags for line in view.lines()] == [1, 3]


def test_a_flood_of_flags_is_counted_and_cut() -> None:
    many = (Flag(kind="k", labels=("a",), evidence=str(i)) for i in range(MAX_FLAGS + 50))
    view = class_report(lambda: iter([a_row("a")]), sample.about(), many)
    [kind] = view.flags
    assert (kind.count, len(kind.flags)) == (MAX_FLAGS + 50, MAX_FLAGS)
    assert next(view.lines()).flags == MAX_FLAGS + 50


def test_the_farthest_moves_come_first_and_the_others_are_counted() -> None:
    moved = (
        Moved(f"s-{i:03}", "", Decimal(i), Decimal(0) if i % 2 else Decimal(2 * i))
        for i in range(MAX_MOVED + 11)
    )
    moves = class_report(lambda: iter([]), sample.about(), moved=moved).moves
    assert moves is not None
    assert [one.label for one in moves.shown[:3]] == ["s-210", "s-209", "s-208"]
    assert (moves.up, moves.down, moves.left_out) == (105, 105, 11)
    assert class_report(lambda: iter([]), sample.about()).moves is None


def test_a_report_is_addressed_within_the_folder_whatever_it_is_called() -> None:
    labels = ["김 민준", "a#b?c%d", "//evil.example/x", "javascript:alert(1)", '"><b>']
    rows = [a_row(label, report=f"learners/{label}") for label in labels]
    rows.append(a_row("x", report="//evil.example"))
    view = class_report(lambda: iter(rows), sample.about())
    assert [line.report for line in view.lines()] == [
        "learners/%EA%B9%80%20%EB%AF%BC%EC%A4%80/report.html",
        "learners/a%23b%3Fc%25d/report.html",
        "learners///evil.example/x/report.html",
        "learners/javascript%3Aalert%281%29/report.html",
        "learners/%22%3E%3Cb%3E/report.html",
        "evil.example/report.html",
    ]


def test_memory_does_not_grow_with_the_class() -> None:
    def peak(count: int) -> int:
        about = replace(sample.about(), objectives={})

        def rows() -> Iterator[Row]:
            return (
                a_row(f"s-{i}", i % 100, "fail", learner=Learner(name=f"name {i}"))
                for i in range(count)
            )

        tracemalloc.start()
        view = class_report(rows, about)
        assert sum(1 for _ in view.lines()) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(4000) < 200_000, "bytes; the rows have many times that"
