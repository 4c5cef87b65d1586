"""Flags: what only shows when submissions lie beside each other, for a person to judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime

from grader.batch.model import Answer, Flag, Row, Rows
from grader.batch.sketch import bands, likeness
from grader.messages import Message, Translator, msg
from grader.report.clock import Clock, clock_of

ALIKE = 0.8
MIN_WORDS = 25
"""Shorter answers are alike without being copied."""
FEW, SHARE = 5, 0.1
"""What more submissions than both have in common was handed out to all."""
NEVER_HANDED_OUT = {"same-learner", "same-journal", "same-container"}
"""Who hands out a template with a journal in it hands out the points, too."""
MAX_LABELS = 50

SHARED: dict[str, Message] = {
    "same-learner": msg("the same learner: {value}"),
    "same-journal": msg("the same journal, to its last line"),
    "same-container": msg("the same container: {value}"),
    "same-image": msg("the same image, built once: {value}"),
    "same-challenge": msg("the same challenge in the image"),
    "same-source": msg("the same files, byte for byte"),
}
"""What two submissions share, by the kind of flag."""


def flags(rows: Rows, deadline: datetime | None, lang: str) -> Iterator[Flag]:
    """All flags of a class, each kind by label. Memory does not grow with the class."""
    text = Translator(lang).text
    with closing(sqlite3.connect("")) as database:  # a temporary file
        count = _fill(database, rows())
        many = max(FEW, int(SHARE * count))
        for kind, told in SHARED.items():
            most = count if kind in NEVER_HANDED_OUT else many
            for value, labels in _shared(database, kind, most):
                shown = value if len(value) <= 80 else value[:79] + "…"
                yield Flag(kind=kind, labels=labels, evidence=text(_about(told, shown)))
        yield from _alike(database, many, text)
    for row in rows():
        yield from (
            Flag(kind=kind, labels=(row.label,), evidence=text(told))
            for kind, told in _alone(row, deadline, clock_of(lang))
        )


def _about(told: Message, value: str) -> Message:
    return Message(told.template, {"value": value})


def _fill(database: sqlite3.Connection, rows: Iterable[Row]) -> int:
    database.execute("CREATE TABLE prints (kind TEXT, value TEXT, label TEXT)")
    database.execute("CREATE TABLE bands (band TEXT, answer INTEGER)")
    database.execute("CREATE TABLE answers (label TEXT, answer TEXT)")
    count = 0
    for row in rows:
        count += 1
        found = ((kind, value, row.label) for kind, value in _prints(row) if value)
        database.executemany("INSERT INTO prints VALUES (?, ?, ?)", found)
        for answer in row.prints.answers:
            if answer.words >= MIN_WORDS:
                at = database.execute(
                    "INSERT INTO answers VALUES (?, ?)", (row.label, answer.model_dump_json())
                ).lastrowid
                keys = ((f"{answer.question}:{band}", at) for band in bands(answer.sketch))
                database.executemany("INSERT INTO bands VALUES (?, ?)", keys)
    database.execute("CREATE INDEX by_value ON prints (kind, value)")
    database.execute("CREATE INDEX by_band ON bands (band)")
    return count


def _prints(row: Row) -> Iterator[tuple[str, str]]:
    prints = row.prints
    yield "same-learner", row.learner.id
    yield "same-journal", prints.head
    yield "same-source", prints.source
    for kind, values in (
        ("same-container", prints.containers),
        ("same-image", prints.images),
        ("same-challenge", prints.challenges),
    ):
        for value in values:
            yield kind, value.removeprefix("sha256:")[:12]


def _shared(
    database: sqlite3.Connection, kind: str, many: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Values that some submissions share, one for each group of submissions."""
    groups: set[tuple[str, ...]] = set()
    found = database.execute(
        "SELECT value, COUNT(DISTINCT label) AS n FROM prints WHERE kind = ?"
        " GROUP BY value HAVING n BETWEEN 2 AND ? ORDER BY MIN(label), value",
        (kind, many),
    )
    for value, _ in found:
        labels = tuple(
            label
            for (label,) in database.execute(
                "SELECT DISTINCT label FROM prints WHERE kind = ? AND value = ?"
                " ORDER BY label LIMIT ?",
                (kind, value, MAX_LABELS),
            )
        )
        if labels not in groups:
            groups.add(labels)
            yield value, labels


def _alike(
    database: sqlite3.Connection, many: int, text: Callable[[Message], str]
) -> Iterator[Flag]:
    pairs = database.execute(
        "SELECT DISTINCT one.answer, other.answer FROM bands AS one"
        " JOIN bands AS other ON one.band = other.band AND one.answer < other.answer"
        " WHERE one.band IN"
        " (SELECT band FROM bands GROUP BY band HAVING COUNT(*) BETWEEN 2 AND ?)"
        " ORDER BY one.answer, other.answer",
        (many,),
    )
    for one, other in pairs:
        (label, first), (other_label, second) = (
            database.execute("SELECT label, answer FROM answers WHERE rowid = ?", (at,)).fetchone()
            for at in (one, other)
        )
        answer = Answer.model_validate_json(first)
        share = likeness(answer.sketch, Answer.model_validate_json(second).sketch)
        if share >= ALIKE and label != other_label:
            told = msg(
                "the answers to {question} are alike to {percent} %",
                question=answer.question,
                percent=round(100 * share),
            )
            yield Flag(kind="alike-answers", labels=(label, other_label), evidence=text(told))


def _alone(row: Row, deadline: datetime | None, clock: Clock) -> Iterator[tuple[str, Message]]:
    """Flags that a submission raises by itself."""
    prints = row.prints
    if not prints.intact:
        yield "broken-journal", msg("its journal was altered or cut")
    if prints.merged:
        yield "merged-journal", msg("its journal is put together from several records")
    if prints.backwards:
        yield "backwards-clock", msg("the times in its journal run backwards")
    if deadline and prints.first_at and prints.first_at > deadline:
        yield (
            "late-journal",
            msg(
                "its journal begins after the deadline, on {at}",
                at=clock.told(prints.first_at),
            ),
        )
    for image in prints.denied:
        yield "denied-image", msg("the registry does not have {image}", image=image)
