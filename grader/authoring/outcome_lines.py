"""The outcome of a rubric's tests, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from grader.authoring.cases import Outcome, untested
from grader.errors import ExitCode
from grader.messages import Message, Translator, msg
from grader.report.terminal_text import STYLES, TerminalText
from grader.rubric.model import Rubric

INDENT = "  "


def lines(outcomes: Sequence[Outcome], rubric: Rubric, lang: str, encoding: str) -> Iterator[Text]:
    """A line or more for each case, how many there are of each kind, and what is left out."""
    terminal = TerminalText(encoding)
    text = Translator(lang).text
    for outcome in outcomes:
        status = "error" if outcome.error else "pass" if outcome.as_expected else "fail"
        head = Text(f"{terminal.signs[status]} ", style=STYLES[status])
        yield head.append(terminal.safe(outcome.name), style="bold")
        yield from (Text(f"{indent}{terminal.short(line)}") for indent, line in _of(outcome, text))
    yield Text(terminal.safe(text(_counts(outcomes))))
    for left_out in untested(rubric, outcomes):
        hint = msg("hint: {text}", text=left_out)
        yield Text(terminal.safe(text(hint)), style="cyan")


def _of(outcome: Outcome, text: Callable[[Message], str]) -> Iterator[tuple[str, str]]:
    """What is told of a case that is not as expected: indents and lines."""
    if outcome.error is not None:
        place = f"{outcome.error.where}: " if outcome.error.where else ""
        yield INDENT, f"{place}{text(outcome.error.message)}"
        for problem in outcome.error.problems:
            yield INDENT, f"{problem.where}: {text(problem.told)}"
        for advice in outcome.error.advice:
            yield INDENT, f"→ {text(advice)}"
    for difference in outcome.differences:
        yield INDENT, text(difference.message)
        for reason in difference.reasons:
            yield INDENT * 2, reason


def _counts(outcomes: Sequence[Outcome]) -> Message:
    return msg(
        "as expected: {good}, different: {different}, with errors: {errors}",
        good=sum(outcome.as_expected for outcome in outcomes),
        different=sum(bool(outcome.differences) for outcome in outcomes),
        errors=sum(outcome.error is not None for outcome in outcomes),
    )


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """0 all as expected, 1 some differ, 2 some could not be compared."""
    if any(outcome.error for outcome in outcomes):
        return ExitCode.USAGE
    if any(outcome.differences for outcome in outcomes):
        return ExitCode.BELOW_PASS_MARK
    return ExitCode.PASSED
