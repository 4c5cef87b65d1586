"""``markdown``: the result for people, as the summary of a CI job or a comment.

GitHub drops the summary of a step that is longer than a mebibyte, so this one never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.messages import Translator, msg
from grader.report import reading, words
from grader.report.clock import clock_of
from grader.report.contract import ReportFormat
from grader.report.items import LIMITS, details, items, line, message, proofs
from grader.report.markdown_text import cell, inline
from grader.report.terminal_text import SIGNS
from grader.result import Result

MAX_BYTES = 900 * 1024
MAX_TEXT = LIMITS[1]
MAX_DEFECTS = 5

WORDS = {
    **words.TEXTS,
    "problems": msg("What is missing, and what to do"),
    "rest": msg("The rest is left out here; it is in result.json."),
}


def render(result: Result) -> str:
    """The report; what counts most comes first, and what is too much at the end is left out."""
    report = _Markdown(result)
    rest = f"\n{report.word('rest')}\n"
    room = MAX_BYTES - len(rest.encode())
    text = ""
    for section in report.sections():
        for row in section:
            room -= len(row.encode()) + 1
            if room < 0:
                return text + rest
            text += f"{row}\n"
    return text


class _Markdown:
    def __init__(self, result: Result) -> None:
        self.result = result
        self.items = tuple(items(result))
        self.translate = Translator(result.lang).text

    def word(self, key: str, **values: object) -> str:
        return self.translate(words.fill(WORDS[key], **values))

    def sections(self) -> Iterable[Iterator[str]]:
        yield self._top()
        yield self._next()
        yield self._objectives()
        yield self._journal()
        yield self._problems()
        yield self._evidence()

    def _top(self) -> Iterator[str]:
        result = self.result
        headline = self.translate(words.headline(reading.outcome(result)))
        yield f"# {headline}: {reading.points(result.score)}/{reading.points(result.max_score)}"
        yield ""
        yield self.translate(reading.meaning(result))
        yield ""
        yield f"- {self.word('rubric')}: {_inline(result.rubric.title)}"
        if learner := [_inline(who) for who in (result.learner.name, result.learner.id) if who]:
            yield f"- {self.word('learner')}: {' · '.join(learner)}"
        if result.graded_at:
            at = clock_of(result.lang).told(result.graded_at)
            yield f"- {self.word('graded-at')}: {at}"

    def _next(self) -> Iterator[str]:
        yield from self._heading("next")
        if objective := reading.next_objective(self.result):
            yield f"{SIGNS['next']} {_inline(objective.title)}"
            check = reading.trouble(objective)
            if check and check.hint:
                yield ""
                yield f"**{self.word('hint')}:** {_inline(check.hint)}"
            if check is None or not reading.grades_again(check.hint):
                yield ""
                yield self.word("then-again")
        else:
            yield self.word("done")
        if waiting := reading.in_review(self.result):
            yield ""
            yield self.word("to-review", count=waiting)

    def _objectives(self) -> Iterator[str]:
        yield from self._heading("objectives")
        yield f"| | {self.word('objectives')} | | {self.word('points')} |"
        yield "| ---: | --- | --- | ---: |"
        for index, objective in enumerate(self.result.objectives, 1):
            points = f"{reading.points(objective.score)}/{reading.points(objective.max_score)}"
            title = cell(line(objective.title, MAX_TEXT))
            yield f"| {index} | {title} | {self._status(objective.status)} | {points} |"

    def _journal(self) -> Iterator[str]:
        defects = self.result.journal.defects
        if not defects:
            return
        yield from self._heading("journal")
        yield self.word("journal-broken")
        yield ""
        for defect in defects[:MAX_DEFECTS]:
            at = self.word("journal-line", line=defect.line, message=defect.message)
            yield f"- {_inline(at)}"

    def _problems(self) -> Iterator[str]:
        missing = [item for item in self.items if item.status != "pass"]
        if missing:
            yield from self._heading("problems")
        for item in missing:
            yield f"- **{item.number}** {_inline(item.title)}"
            yield f"  - **{self._status(item.status)}:** {_inline(message(item))}"
            for key, value in details(item):
                yield f"  - **{self.word(key)}:** {_inline(value)}"

    def _evidence(self) -> Iterator[str]:
        seen = [(item, proofs(item.check, self.result.lang)) for item in self.items]
        if any(found for _, found in seen):
            yield from self._heading("evidence")
        for item, found in seen:
            if found:
                yield f"- **{item.number}** {_inline(item.title)}"
            for proof in found:
                yield f"  - {SIGNS['to-do']} {_inline(proof)}"

    def _heading(self, key: str) -> Iterator[str]:
        yield ""
        yield f"## {self.word(key)}"
        yield ""

    def _status(self, status: str) -> str:
        return f"{SIGNS[status]} {self.translate(words.STATUS[status])}"


def _inline(text: str) -> str:
    return inline(line(text, MAX_TEXT))


REPORT = ReportFormat("report.md", render)
