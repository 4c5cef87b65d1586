"""What platforms for tests show as one test: a check, or an objective with points by hand.

The items' points add up to the result's. All texts are made harmless here, in lines of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from grader.messages import Translator
from grader.report import reading, words
from grader.report.ci_log import inert
from grader.report.clock import clock_of
from grader.report.plain import one_line, shorten
from grader.result import CheckResult, ObjectiveResult, Place, Result

MAX_TITLE = 200
MAX_PLACES = 10
LIMITS = (4000, 1000, 250, 60, 0)
"""Characters of a text, from generous to none: the first that makes a report small enough."""


@dataclass(frozen=True, slots=True)
class Item:
    """``check`` is None where an instructor's points took the place of the checks'."""

    number: str
    objective: ObjectiveResult
    check: CheckResult | None

    @property
    def verdict(self) -> CheckResult | ObjectiveResult:
        """What holds its status and its points."""
        return self.check or self.objective

    @property
    def status(self) -> str:
        """Its status, in the word of the result."""
        return self.verdict.status.value

    @property
    def title(self) -> str:
        """The objective's title, with the type of the check: a name that no verdict changes."""
        title = line(self.objective.title, MAX_TITLE)
        return f"{title}: {line(self.check.type, MAX_TITLE)}" if self.check else title


def items(result: Result) -> Iterator[Item]:
    """The items of a result, in the rubric's order."""
    for index, objective in enumerate(result.objectives, 1):
        yield from items_of(objective, index)


def items_of(objective: ObjectiveResult, index: int) -> Iterator[Item]:
    """The items of an objective; ``index`` is its place in the rubric, from 1."""
    if objective.override:
        yield Item(str(index), objective, None)
        return
    for number, check in enumerate(objective.checks, 1):
        yield Item(f"{index}.{number}", objective, check)


def line(text: str, limit: int) -> str:
    """A text in one line of at most ``limit`` characters, which no CI log takes for a command."""
    start = text[: 2 * limit]  # to make all of a huge text harmless would take its time
    made = one_line(start) + "…" * (len(start) < len(text))
    # No line of a report begins with a text that others wrote, and so with a command.
    return shorten(inert(made) if "[" in made else made, limit)


def told(item: Item, lang: str, limit: int = LIMITS[0]) -> list[str]:
    """What there is to say of an item, in lines of plain text."""
    text = Translator(lang).text
    override = item.objective.override
    if item.check is None and override:
        given = words.fill(words.TEXTS["given"], points=reading.points(override.points))
        return [text(given), f"{text(words.TEXTS['reason'])}: {line(override.reason, limit)}"]
    lines = [f"{text(words.STATUS[item.status])}: {line(message(item), limit)}", score(item, lang)]
    lines += [f"{text(words.TEXTS[key])}: {line(value, limit)}" for key, value in details(item)]
    return lines + [
        f"{text(words.TEXTS['evidence'])}: {line(one, limit)}" for one in proofs(item.check, lang)
    ]


def message(item: Item) -> str:
    """What was found; of points by hand, their reason."""
    override = item.objective.override
    if item.check is not None:
        return item.check.message
    return override.reason if override else ""


def score(item: Item, lang: str) -> str:
    """The points, as people write them."""
    earned, possible = reading.points(item.verdict.score), reading.points(item.verdict.max_score)
    return f"{Translator(lang).text(words.TEXTS['points'])}: {earned}/{possible}"


def details(item: Item) -> Iterator[tuple[str, str]]:
    """Where it is wrong, what was expected and seen, and what to do, as far as that is known."""
    check = item.check
    if check is None:
        return
    for place in check.places[:MAX_PLACES]:
        yield "where", f"{where(place)}: {place.message}"
    for key in ("expected", "actual", "hint"):
        if value := getattr(check, key):
            yield key, value


def where(place: Place) -> str:
    """A place as compilers write it: ``Dockerfile:3``."""
    return f"{place.path}:{place.line}" if place.line else place.path


def proofs(check: CheckResult | None, lang: str) -> list[str]:
    """The evidence, each piece with its strength, its source and its time."""
    text = Translator(lang).text
    clock = clock_of(lang)
    return [
        f"{text(words.STRENGTH[proof.strength])}; "
        f"{text(words.SOURCE.get(proof.source, proof.source))}, "
        f"{clock.told(proof.at)}: {proof.detail}"
        for proof in (check.evidence if check else ())
    ]


def next_steps(result: Result, limit: int = LIMITS[0]) -> list[str]:
    """What the score means and what to do next, in lines of plain text."""
    text = Translator(result.lang).text
    lines = [text(reading.meaning(result))]
    if objective := reading.next_objective(result):
        lines.append(f"{text(words.TEXTS['next'])}: {line(objective.title, MAX_TITLE)}")
        check = reading.trouble(objective)
        if check and check.hint:
            lines.append(f"{text(words.TEXTS['hint'])}: {line(check.hint, limit)}")
    if waiting := reading.in_review(result):
        lines.append(text(words.fill(words.TEXTS["to-review"], count=waiting)))
    return lines


def number(value: Decimal) -> int | float:
    """Points as a number of JSON: whole ones without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)


def fitting(render: Callable[[int], str], size: int) -> str:
    """What ``render`` makes of the most generous limit with which it has at most ``size`` bytes.

    With the limit 0 it leaves single tests out.
    """
    rendered = (render(limit) for limit in LIMITS)
    return next((text for text in rendered if len(text.encode()) <= size), render(0))
