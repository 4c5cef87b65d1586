"""How many submissions a second one process judges, once their journals are there.

A made-up class (`class_maker`): every learner has other names, times and answers, and each round
begins with nothing kept of what anybody wrote. So no answer is ever known from the time before.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper, partial
from statistics import median
from time import process_time
from timeit import timeit

from class_kinds import KINDS
from class_maker import RUBRIC, make, planned
from class_recording import JOURNAL

from grader import plugins
from grader.journal import Journal, parse
from grader.judge import judge
from grader.result import Learner, Result
from grader.rubric.load import load
from grader.rubric.model import Rubric

LEARNERS = 100
SEED = 1


@dataclass(frozen=True)
class Rate:
    """How often in a second of processor time something was done, in each round."""

    title: str
    per_second: list[float]

    @property
    def median(self) -> float:
        return median(self.per_second)


@dataclass(frozen=True)
class HandedIn:
    """What is judged: a journal's bytes, by the rubric with its learner's variables."""

    rubric: Rubric
    journal: bytes
    learner: Learner

    def floor(self) -> object:
        return [json.loads(line) for line in self.journal.splitlines()]

    def parsed(self) -> Journal:
        return parse(self.journal)

    def judged(self) -> Result:
        return judge(self.rubric, self.parsed(), self.learner)


def rates(rounds: int) -> list[Rate]:
    """The floor first: reading the same bytes as JSON and doing nothing with them."""
    html = plugins.report_format("html")
    steps: Mapping[str, Callable[[HandedIn], object]] = {
        "`json.loads` of the journal's lines (the floor)": HandedIn.floor,
        "parse the journal": HandedIn.parsed,
        "parse and judge": HandedIn.judged,
        "parse, judge and render HTML": lambda one: html.render(one.judged()),
    }
    everybody = list(_class())
    rates = [Rate(title, []) for title in steps]
    for _ in range(rounds + 1):
        for rate, step in zip(rates, steps.values(), strict=True):
            _forget()
            seconds = timeit(partial(_of_all, step, everybody), timer=process_time, number=1)
            rate.per_second.append(len(everybody) / seconds)
    return [Rate(rate.title, rate.per_second[1:]) for rate in rates]  # the first warms up


def _of_all(step: Callable[[HandedIn], object], everybody: Sequence[HandedIn]) -> None:
    for one in everybody:
        step(one)


def _class() -> Iterator[HandedIn]:
    """Whoever handed in something of which it is known what it is worth, and a whole journal."""
    for plan in planned(LEARNERS, SEED):
        kind = KINDS[plan.kind]
        if kind.lost is None or kind.copy:
            continue
        submission = make(plan.number, plan.kind, SEED)
        kind.edit(submission)
        submission.write()
        data = submission.files.get(JOURNAL)
        if isinstance(data, bytes) and parse(data).intact:
            person = submission.person
            rubric = load(RUBRIC, {"hub_id": person.hub_id})
            yield HandedIn(rubric, data, Learner(id=person.id, name=person.name))


def _forget() -> None:
    """Empty the caches that may hold what learners wrote: those that have a bound."""
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper) and each.cache_parameters()["maxsize"] is not None:
            each.cache_clear()
