"""The review queue: what in a class needs a person, as an overrides file to fill in."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from grader.batch.model import Row
from grader.cells import number, plain, readable
from grader.check import Status
from grader.errors import OutputError
from grader.messages import Message, Translator, msg
from grader.overrides import FIELDS, TOLD, Overrides
from grader.problems import nearest
from grader.result import Learner
from grader.rubric.model import Rubric
from grader.whole import whole

OPEN: Final = frozenset({Status.REVIEW, Status.ERROR})


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An objective of a learner that needs a person; ``message`` says why.

    ``points`` are at stake: those that the learner does not have yet. Without an ``objective`` it
    is the whole submission, which could not be judged, and which no override settles.
    """

    label: str
    learner: Learner
    status: Status
    objective: str
    title: str
    message: str
    points: Decimal

    @property
    def told(self) -> Message:
        """Whose it is, and why it needs a person."""
        if not self.objective:
            reason = self.message
            return msg("{label}: could not be judged: {reason}", label=self.label, reason=reason)
        return msg(
            "{label}, {name}: {title}, {points} points at stake: {message}",
            label=self.label,
            name=self.learner.name or self.learner.id,
            title=self.title,
            points=number(self.points),
            message=self.message,
        )


def review(rows: Iterable[Row], rubric: Rubric, lang: str = "en") -> Iterator[ReviewItem]:
    """What needs a person, by label, in the rubric's order. What an override settled does not."""
    text = Translator(lang).text
    titles = {objective.id: text(objective.title) for objective in rubric.objectives}
    for row in rows:
        if row.error:
            yield ReviewItem(row.label, row.learner, Status.ERROR, "", "", row.error, rubric.points)
        for objective in row.objectives:
            if objective.status in OPEN:
                yield ReviewItem(
                    row.label,
                    row.learner,
                    objective.status,
                    objective.id,
                    titles.get(objective.id, objective.id),
                    objective.message,
                    objective.max_score - objective.score,
                )


def write_template(items: Iterable[ReviewItem], path: Path, lang: str = "en") -> None:
    """Write an overrides file to fill in: CSV if ``path`` says so, else YAML.

    What is left empty in it settles nothing.

    Raises:
        OutputError: it cannot be written; or it is there already, maybe filled in.
    """
    if path.exists():
        raise OutputError(
            msg("there is such a file already, and it is not overwritten"),
            msg("choose another name, and copy from it what you need"),
            where=str(path),
        )
    if path.suffix.lower() == ".csv":
        _write_csv(items, path)
        return
    text = Translator(lang).text
    intro = msg("Fill in points and reason, and judge the class again with `--overrides {file}`.")
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {readable(text(Message(intro.template, {'file': path.name})))}\n")
        for item in items:
            file.write(_entry(item, text(item.told)))


def unknown(overrides: Overrides, rows: Iterable[Row], rubric: Rubric) -> Iterator[Message]:
    """Overrides that settle nothing, and why: nobody should believe that they counted."""
    objectives = {objective.id: objective for objective in rubric.objectives}
    judged: dict[str, bool] = {}
    for row in rows:
        if row.learner.id in overrides:
            judged[row.learner.id] = judged.get(row.learner.id, False) or not row.error
    for learner, mine in overrides.items():
        if learner not in judged:
            yield msg("overrides: there is no learner {id} in the class", id=learner)
        elif not judged[learner]:
            yield msg("overrides: the submission of {id} could not be judged", id=learner)
        for name, override in mine.items():
            if name not in objectives:
                yield msg(
                    "overrides, {id}: there is no objective '{name}'{nearest}",
                    id=learner,
                    name=name,
                    nearest=nearest(name, list(objectives)),
                )
            elif override.points > objectives[name].points:
                yield msg(
                    "overrides, {id}: {name} has {most} points, so {points} count as {most}",
                    id=learner,
                    name=name,
                    most=number(objectives[name].points),
                    points=number(override.points),
                )


def _entry(item: ReviewItem, told: str) -> str:
    comment = f"\n# {readable(told)}\n"
    if not item.objective:
        return comment
    learner, objective = (_quoted(text) for text in (item.learner.id, item.objective))
    return f"{comment}- learner: {learner}\n  objective: {objective}\n  points:\n  reason:\n"


def _quoted(text: str) -> str:
    """A YAML string that is read as it was, also where it looks like a number."""
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped)


def _write_csv(items: Iterable[ReviewItem], path: Path) -> None:
    with whole(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([*FIELDS, *TOLD])
        for item in items:
            if item.objective:
                told = (item.label, item.learner.name, item.title, item.message)
                who = plain(item.learner.id), plain(item.objective)
                lines.writerow([*who, "", "", *map(plain, told), number(item.points)])
