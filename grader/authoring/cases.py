"""A rubric's tests: submissions kept beside it, each with what it should be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from grader.authoring import expected
from grader.authoring.expected import EXPECTED, Expected
from grader.check import Status
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.result import ObjectiveResult, Result
from grader.rubric.model import Rubric
from grader.run import judged, prepare


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a result is not what was expected; ``reasons`` are what its checks said."""

    message: Message
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: as expected, different, or an error that kept it from being judged."""

    name: str
    differences: tuple[Difference, ...] = ()
    expected: Expected | None = None
    error: GradeLabError | None = None

    @property
    def as_expected(self) -> bool:
        """Whether it was judged, and as it should be."""
        return self.error is None and not self.differences


def folder_of(rubric: Path) -> Path:
    """Where a rubric's cases are: ``NAME.tests`` beside ``NAME.yaml``."""
    return rubric.with_suffix(".tests")


def cases(rubric: Path) -> list[Path]:
    """The folders of a rubric's cases, sorted by name."""
    folder = folder_of(rubric)
    if not folder.is_dir():
        return []
    return sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )


def judge_case(case: Path, rubric: Path, settings: Mapping[str, str], lang: str = "en") -> Result:
    """What a case is judged by the rubric in this file.

    Raises:
        GradeLabError: its lab.yaml or its journal cannot be used.
    """
    return judged(prepare(case, str(rubric.resolve()), settings), lang)


def run_case(
    case: Path, path: Path, rubric: Rubric, settings: Mapping[str, str], lang: str
) -> Outcome:
    """Judge a case and compare."""
    try:
        should = expected.load(case / EXPECTED, rubric)
        result = judge_case(case, path, settings, lang)
    except FileNotFoundError:
        missing = GradeLabError(
            msg("there is no {file}, so nothing is compared", file=EXPECTED),
            msg("add `--update` to the command: it writes down what is judged now"),
        )
        return Outcome(case.name, error=missing)
    except GradeLabError as error:
        return Outcome(case.name, error=error)
    return Outcome(case.name, tuple(_differences(should, result)), should)


def _differences(should: Expected, result: Result) -> Iterator[Difference]:
    by_id = {objective.id: objective for objective in result.objectives}
    for name, wanted in should.objectives.items():
        got = by_id[name]
        if wanted.status not in {None, got.status} or wanted.score not in {None, got.score}:
            message = msg(
                "{objective}: expected {expected}, got {actual}",
                objective=name,
                expected=_told(wanted.status, wanted.score),
                actual=_told(got.status, got.score),
            )
            yield Difference(message, tuple(_reasons(got)))
    for field in ("score", "passed", "complete"):
        wanted_value, value = getattr(should, field), getattr(result, field)
        if wanted_value not in {None, value}:
            yield Difference(
                msg(
                    "{field}: expected {expected}, got {actual}",
                    field=field,
                    expected=_value(wanted_value),
                    actual=_value(value),
                )
            )


def _reasons(objective: ObjectiveResult) -> Iterator[str]:
    """What was said of each check, as far as it explains the status."""
    telling = [c for c in objective.checks if c.status is not Status.PASS] or objective.checks
    return (f"{check.id} {check.type}: {check.status}: {check.message}" for check in telling)


def _told(status: Status | None, score: Decimal | None) -> str:
    parts = [str(status)] if status else []
    if score is not None:
        parts.append(f"({_value(score)})" if parts else _value(score))
    return " ".join(parts)


def _value(value: Decimal | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value.normalize():f}"


def untested(rubric: Rubric, outcomes: Sequence[Outcome]) -> Iterator[Message]:
    """What the cases leave out: objectives that none of them expects to fail, or to pass."""
    seen: dict[str, set[Status]] = {objective.id: set() for objective in rubric.objectives}
    for outcome in outcomes:
        if outcome.expected is not None:
            for name, wanted in outcome.expected.objectives.items():
                seen[name] |= {wanted.status} if wanted.status else set()
    never_fail = [f"'{name}'" for name, statuses in seen.items() if not statuses - {Status.PASS}]
    never_pass = [f"'{name}'" for name, statuses in seen.items() if Status.PASS not in statuses]
    if len(never_fail) == len(seen):
        yield msg("no case fails anything: add one of a lab that was not done, or done wrong")
    elif never_fail:
        yield msg("no case fails {objectives}", objectives=never_fail)
    if len(never_pass) == len(seen):
        yield msg("no case passes anything: add one of a lab that was done")
    elif never_pass:
        yield msg("no case passes {objectives}", objectives=never_pass)
