"""What submissions have in common is shown to a person; what all have is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from grader.batch.flags import MAX_LABELS, flags
from grader.batch.model import Answer, Flag, Prints, Row
from grader.batch.sketch import likeness, sketch, words_of
from grader.result import Learner

ESSAY = (
    "A container virtualises at the level of the operating system: it shares the kernel of its "
    "host and starts within a second, while a virtual machine brings a guest operating system of "
    "its own, needs a hypervisor below it, takes longer to start, and is isolated more strictly."
)
OTHER = (
    "Ein virtueller Rechner bootet ein ganzes System auf nachgeahmter Hardware und braucht dafür "
    "viel Speicher; ein Behälter ist nur ein abgeschotteter Prozess, der den Kern des Gastgebers "
    "mit allen anderen teilt, weshalb er klein bleibt und schnell anläuft, aber schwächer abgrenzt."
)


def row(label: str, **prints: Any) -> Row:
    return Row(label=label, key="k", learner=Learner(id=label), prints=Prints(**prints))


def answer(text: str, question: str = "vm-vs-container") -> Answer:
    return Answer(question=question, words=words_of(text), sketch=sketch(text))


def found(*rows: Row, deadline: datetime | None = None) -> list[Flag]:
    def again() -> Iterator[Row]:
        return iter(sorted(rows, key=lambda one: one.label))

    return list(flags(again, deadline, "en"))


def crowd(count: int, **prints: Any) -> list[Row]:
    return [row(f"z{number:03}", **prints) for number in range(count)]


@pytest.mark.parametrize(
    ("kind", "prints"),
    [
        ("same-container", {"containers": ("c" * 64,)}),
        ("same-image", {"images": ("sha256:" + "d" * 64,)}),
        ("same-challenge", {"challenges": ("e" * 32,)}),
        ("same-source", {"source": "f" * 32}),
        ("same-journal", {"head": "a" * 64}),
        ("broken-journal", {"intact": False}),
        ("merged-journal", {"merged": True}),
        ("backwards-clock", {"backwards": True}),
        ("denied-image", {"denied": ("me/app:1",)}),
    ],
)
def test_each_kind_names_the_submissions(kind: str, prints: dict[str, Any]) -> None:
    told = found(row("a", **prints), row("b", **prints), row("c"))
    labels = [flag.labels for flag in told if flag.kind == kind]
    assert labels in ([("a", "b")], [("a",), ("b",)])
    assert {flag.kind for flag in told} == {kind}
    assert all(flag.evidence for flag in told)


def test_one_pair_that_shares_much_is_told_once_for_each_kind() -> None:
    many = {"containers": tuple(f"{n:064x}" for n in range(9))}
    assert len(found(row("a", **many), row("b", **many))) == 1


@pytest.mark.parametrize(
    ("kind", "prints"),
    [("same-container", {"containers": ("c" * 64,)}), ("same-journal", {"head": "a" * 64})],
)
def test_a_journal_that_was_handed_out_to_all_is_told(kind: str, prints: dict[str, Any]) -> None:
    """A template with the teacher's own journal in it proves everybody's work."""
    (flag,) = found(*crowd(60, **prints))
    assert (flag.kind, len(flag.labels)) == (kind, MAX_LABELS)


def test_what_was_handed_out_to_all_is_no_flag() -> None:
    class_ = [one.model_copy(update={"prints": Prints(source="f" * 32)}) for one in crowd(60)]
    assert found(*class_) == []
    copied = [row("a", source="9" * 32), row("b", source="9" * 32)]
    assert [flag.labels for flag in found(*class_, *copied)] == [("a", "b")]


def test_two_submissions_of_one_learner() -> None:
    twins = [row(label).model_copy(update={"learner": Learner(id="s-1")}) for label in "ab"]
    assert [(flag.kind, flag.labels) for flag in found(*twins)] == [("same-learner", ("a", "b"))]
    assert "s-1" in found(*twins)[0].evidence


def test_answers_that_are_nearly_the_same() -> None:
    edited = ESSAY.replace("within a second", "in one second").upper().replace(",", " ,")
    told = found(
        row("a", answers=(answer(ESSAY),)),
        row("b", answers=(answer(edited),)),
        row("c", answers=(answer(OTHER),)),
    )
    assert [(flag.kind, flag.labels) for flag in told] == [("alike-answers", ("a", "b"))]
    assert "vm-vs-container" in told[0].evidence


def test_short_answers_and_answers_to_other_questions_are_not_compared() -> None:
    short = "docker ps, then docker logs"
    assert found(row("a", answers=(answer(short),)), row("b", answers=(answer(short),))) == []
    other = answer(ESSAY, "find-error")
    assert found(row("a", answers=(answer(ESSAY),)), row("b", answers=(other,))) == []


def test_a_journal_that_begins_after_the_deadline() -> None:
    deadline = datetime(2026, 11, 30, 15, tzinfo=UTC)
    early = row("a", first_at=datetime(2026, 11, 30, 14, tzinfo=UTC))
    late = row("b", first_at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    told = found(early, late, deadline=deadline)
    assert [(flag.kind, flag.labels) for flag in told] == [("late-journal", ("b",))]
    assert "2026-12-01 09:30:00 UTC" in told[0].evidence
    [korean] = flags(lambda: iter([late]), deadline, "ko")
    assert "2026-12-01 18:30:00 KST" in korean.evidence
    assert found(early, late) == []


def test_sketches_estimate_how_alike_texts_are() -> None:
    assert likeness(sketch(ESSAY), sketch(ESSAY.replace(" ", "  ").title())) == 1
    assert likeness(sketch(ESSAY), sketch(OTHER)) < 0.2
    half = ESSAY + " " + OTHER
    assert 0.3 < likeness(sketch(half), sketch(ESSAY)) < 0.7
    assert likeness(sketch(""), sketch("")) == 0


def test_hostile_prints_change_nothing() -> None:
    nasty = "'; DROP TABLE prints; --"
    told = found(row("a", containers=(nasty,)), row(nasty, containers=(nasty,)))
    assert [flag.kind for flag in told] == ["same-container"]
