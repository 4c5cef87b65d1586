"""What is said of a check under pytest: short lines, harmless in a terminal, a log and XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Message, Translator, msg
from grader.report.plain import one_line, shorten

if TYPE_CHECKING:
    from grader.errors import GradeLabError
    from grader.result import CheckResult

MAX_TEXT = 1_000
MAX_PROOFS = 5


def report(title: str, check: CheckResult, lang: str) -> str:
    """What was judged, why, and what to do, a line each; every line begins with our own word."""
    from grader.report import reading, words
    from grader.report.items import proofs

    say = Translator(lang).text
    earned, possible = reading.points(check.score), reading.points(check.max_score)
    lines = [
        (words.STATUS[check.status], title),
        (words.TEXTS["reason"], check.message),
        (words.TEXTS["points"], f"{earned}/{possible}"),
        (words.TEXTS["expected"], check.expected),
        (words.TEXTS["actual"], check.actual),
        (words.TEXTS["hint"], check.hint),
    ]
    lines += [(words.TEXTS["evidence"], told) for told in proofs(check, lang)[:MAX_PROOFS]]
    return "\n".join(_line(say(label), text) for label, text in lines if text)


def reason(check: CheckResult, lang: str) -> str:
    """Why a check was neither passed nor failed."""
    if check.status == "skip":
        return safe(check.message)
    return safe(Translator(lang).text(msg("a person has to look: {why}", why=check.message)))


def complaint(error: GradeLabError, translator: Translator) -> str:
    """An error that a person can put right, and how."""
    lines = error.lines(translator.text)
    return "\n".join(line[: len(line) - len(line.lstrip())] + safe(line) for line in lines)


def safe(text: str) -> str:
    """A text that others wrote, in one line that does nothing to who looks at it."""
    return shorten(one_line(text), MAX_TEXT)


def _line(label: str, text: str | Message) -> str:
    return f"{label}: {safe(str(text))}"
