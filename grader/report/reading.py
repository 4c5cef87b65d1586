"""What a person reads first: the outcome in a sentence, and the one thing to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from operator import attrgetter
from typing import Literal

from grader.messages import Message, msg
from grader.result import CheckResult, EvidenceItem, ObjectiveResult, Result

TO_DO = frozenset({"fail", "partial", "unproven", "error"})
"""Statuses about which the learner can do something now."""

PROGRAMS = frozenset(
    {"docker", "grade-lab", "podman", "cd", "cp", "curl", "git", "mv", "pip", "python"}
)
SUBCOMMANDS = frozenset(
    {"build", "container", "exec", "image", "login", "logs", "network", "ps", "pull", "push", "rm"}
    | {"rmi", "run", "start", "stop", "tag", "version", "volume"}
)

Outcome = Literal["passed", "not-yet", "incomplete"]


def outcome(result: Result) -> Outcome:
    """What became of the whole."""
    if result.passed:
        return "passed"
    return "not-yet" if result.complete else "incomplete"


def meaning(result: Result) -> Message:
    """What the score means, in a sentence or two."""
    values = {
        "score": points(result.score),
        "max_score": points(result.max_score),
        "needed": points(result.pass_mark * result.max_score),
        "count": sum(objective.status == "error" for objective in result.objectives),
    }
    if result.graded_at is None:
        return msg(
            "Nothing has been recorded yet. Start Docker, go to the folder of your project, "
            "and run `grade-lab`."
        )
    if result.passed and not result.complete:
        return msg(
            "You have {score} of {max_score} points; {needed} were needed. "
            "{count} of the objectives could not be judged.",
            **values,
        )
    if not result.complete:
        first = next_objective(result)
        return (
            msg(
                "{count} of the objectives could not be judged. That is not your fault: "
                "do as the next objective below says, and run `grade-lab` again. So far you have "
                "{score} of {max_score} points; {needed} are needed.",
                **values,
            )
            if first is None or first.status == "error"
            else msg(
                "{count} of the objectives could not be judged. That is not your fault: each of "
                "them says below what to do. So far you have {score} of {max_score} points; "
                "{needed} are needed.",
                **values,
            )
        )
    if result.score == result.max_score:
        return msg("You have all {max_score} points. Well done!", **values)
    if result.passed:
        return msg("You have {score} of {max_score} points; {needed} were needed.", **values)
    return msg("You have {score} of {max_score} points; {needed} are needed to pass.", **values)


def next_objective(result: Result) -> ObjectiveResult | None:
    """The first objective, in the rubric's order, that the learner can do something about."""
    return next(
        (o for o in result.objectives if o.status in TO_DO and o.override is None),
        None,
    )


def trouble(objective: ObjectiveResult) -> CheckResult | None:
    """The first check of an objective that the learner can do something about."""
    return next((check for check in objective.checks if check.status in TO_DO), None)


def in_review(result: Result) -> int:
    """How many objectives a person has to look at."""
    return sum(objective.status == "review" for objective in result.objectives)


def points(value: Decimal) -> str:
    """Points as people write them: ``10``, ``3.5``."""
    rounded = f"{value:.2f}"
    return rounded.rstrip("0").rstrip(".")


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """A text with code in `backticks`, as pieces: whether it is code, and its words."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        yield False, text
        return
    for index, part in enumerate(parts):
        if part:
            yield index % 2 == 1, part


def commands(hint: str) -> list[str]:
    """The commands to type in a hint, in its order; a hint may be nothing but a command.

    ``grade-lab shell`` comes first, wherever it is told: the others are typed in it.
    """
    words = hint.split()
    if "`" not in hint and words[:1] == ["docker"] and SUBCOMMANDS.intersection(words[1:2]):
        return [hint]
    code = (part for is_code, part in pieces(hint) if is_code)
    found = [part for part in code if len(part.split()) > 1 and part.split()[0] in PROGRAMS]
    return sorted(found, key=lambda command: command.split()[:2] != ["grade-lab", "shell"])


def grades_again(hint: str) -> bool:
    """Whether a hint itself says to run ``grade-lab``, and not only another command of it."""
    return _GRADING.search(hint) is not None


_GRADING = re.compile(r"grade-lab(?! (?:doctor|shell|watch)\b)")


def strengths(evidence: Iterable[EvidenceItem]) -> Iterable[str]:
    """How strong the evidence is, each strength once."""
    return dict.fromkeys(map(attrgetter("strength"), evidence))
