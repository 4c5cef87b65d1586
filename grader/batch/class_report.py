"""The class report's content: of rows, flags and what moved, with memory that does not grow."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from grader.batch.model import Flag, Row, Rows
from grader.batch.tally import Tally, outcome
from grader.check import Status
from grader.report.class_view import ClassView, FlagKind, Line, Moved, Moves, Party

MAX_FLAGS: Final = 200
"""Flags of a kind that are shown. The table marks all whom flags are about."""
MAX_MOVED: Final = 200
LISTED: Final = ("review", "error", "notice")
MAX_LISTED: Final = 1000
"""Learners in each of these lists. All of them can be found in the table."""

LETTERS: Mapping[Status, str] = {Status.PASS: "p", Status.PARTIAL: "h", Status.REVIEW: "r"}


@dataclass(frozen=True, slots=True)
class About:
    """By what a class was judged. ``objectives`` are their titles by id, in order."""

    title: str
    rubric: str
    sha256: str
    pass_mark: Decimal
    objectives: Mapping[str, str]
    lang: str = "en"
    deadline: datetime | None = None


def class_report(
    rows: Rows,
    about: About,
    flags: Iterable[Flag] = (),
    moved: Iterable[Moved] | None = None,
) -> ClassView:
    """What to show of a class; ``moved`` is none when there is no last run to compare with.

    The rows are walked once now, and again when the page walks through its lines.
    """
    kinds: dict[str, list[Flag]] = {}
    count_by_kind: Counter[str] = Counter()
    count_by_label: Counter[str] = Counter()
    for flag in flags:
        count_by_kind[flag.kind] += 1
        count_by_label.update(set(flag.labels))
        if count_by_kind[flag.kind] <= MAX_FLAGS:
            kinds.setdefault(flag.kind, []).append(flag)
    parties = {label: Party(label, "") for f in kinds.values() for one in f for label in one.labels}
    tally = Tally(about.objectives, count_by_label)
    listed: dict[str, list[Line]] = {mark: [] for mark in LISTED}
    for row in rows():
        for mark in tally.add(row):
            if mark in listed and len(listed[mark]) < MAX_LISTED:
                listed[mark].append(_line(row, about.objectives, count_by_label[row.label]))
        if row.label in parties:
            parties[row.label] = Party(_name(row), _report(row))

    def lines() -> Iterator[Line]:
        return (_line(row, about.objectives, count_by_label[row.label]) for row in rows())

    return ClassView(
        lang=about.lang,
        title=about.title,
        rubric=about.rubric,
        sha256=about.sha256,
        pass_mark=about.pass_mark,
        deadline=about.deadline,
        tally=tally.marks,
        listed=listed,
        late_points=tally.late_points,
        spread=tally.spread(),
        objectives=tally.objectives(),
        flags=tuple(
            FlagKind(
                kind,
                count_by_kind[kind],
                tuple((one.evidence, tuple(parties[lb] for lb in one.labels)) for one in shown),
            )
            for kind, shown in kinds.items()
        ),
        moves=None if moved is None else _moves(moved),
        lines=lines,
    )


def _line(row: Row, titles: Mapping[str, str], flags: int) -> Line:
    return Line(
        label=row.label,
        name=_name(row),
        id=row.learner.id,
        outcome=outcome(row),
        score=row.score,
        penalty=row.penalty,
        final=row.final,
        submitted_at=row.submitted_at,
        strip="".join(LETTERS.get(objective.status, "n") for objective in row.objectives),
        review=tuple(titles.get(id_, id_) for id_ in row.review),
        flags=flags,
        error=row.error,
        notices=row.notices,
        report=_report(row),
    )


def _name(row: Row) -> str:
    return row.learner.name or row.learner.id or row.label


def _report(row: Row) -> str:
    """The path of the learner's page, from the class's page: a path within its folder only."""
    folder = quote(row.report.strip("/"), errors="surrogatepass")
    return f"{folder}/report.html" if folder else ""


def _moves(moved: Iterable[Moved]) -> Moves:
    up = down = count = 0

    def counted() -> Iterator[Moved]:
        nonlocal up, down, count
        for one in moved:
            up, down, count = up + (one.change > 0), down + (one.change < 0), count + 1
            yield one

    shown = heapq.nsmallest(MAX_MOVED, counted(), key=lambda one: (-abs(one.change), one.label))
    return Moves(up, down, tuple(shown), count - len(shown))
