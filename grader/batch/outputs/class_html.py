"""``class.html``: the class on one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from grader.batch.class_report import About, class_report
from grader.batch.compare import Change, why
from grader.batch.outputs.contract import ClassOutput, Graded
from grader.messages import Message, Translator
from grader.report.class_page import write as write_page
from grader.report.class_view import Moved


def write(graded: Graded, path: Path) -> Sequence[Message]:
    """Write the page; there is nothing more to tell. Raises as `ClassOutput` says."""
    rubric, lang = graded.rubric, graded.assignment.lang
    text = Translator(lang).text
    about = About(
        title=text(rubric.title),
        rubric=rubric.id,
        sha256=rubric.sha256,
        pass_mark=rubric.pass_mark,
        objectives={objective.id: text(objective.title) for objective in rubric.objectives},
        lang=lang,
        deadline=rubric.late.deadline if rubric.late else None,
    )
    moved = _moved(graded) if graded.changes else None
    write_page(class_report(graded.rows, about, graded.flags(), moved), path)
    return ()


def _moved(graded: Graded) -> Iterator[Moved]:
    text = Translator(graded.assignment.lang).text
    titles = {objective.id: objective.title for objective in graded.rubric.objectives}
    for change in graded.changes() if graded.changes else ():
        yield Moved(
            label=change.label,
            name=change.learner.name or change.learner.id,
            before=_final(change, before=True),
            after=_final(change, before=False),
            why="; ".join(map(text, why(change, titles))),
        )


def _final(change: Change, *, before: bool) -> Decimal | None:
    row = change.before if before else change.after
    return None if row is None else row.final


OUTPUT = ClassOutput("class.html", write)
