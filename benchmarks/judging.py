"""How many submissions a second one process judges, once their journals are there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from timeit import Timer


@dataclass(frozen=True)
class Rate:
    """How often a second something was done, in each round."""

    title: str
    per_second: list[float]

    @property
    def median(self) -> float:
        return median(self.per_second)


def rates(folder: Path, settings: Mapping[str, str], rounds: int) -> list[Rate]:
    """The floor first: reading the same bytes as JSON and doing nothing with them."""
    from grader import journal, plugins
    from grader.judge import judge
    from grader.result import Result
    from grader.run import prepare

    run = prepare(folder, None, settings)
    data = run.submission.journal.read_bytes()
    html = plugins.report_format("html")

    def floor() -> object:
        return [json.loads(line) for line in data.splitlines()]

    def judged() -> Result:
        return judge(run.rubric, journal.parse(data), run.submission.learner)

    return _in_turns(
        {
            "`json.loads` of the journal's lines (the floor)": floor,
            "parse the journal": lambda: journal.parse(data),
            "parse and judge": judged,
            "parse, judge and render HTML": lambda: html.render(judged()),
        },
        rounds,
    )


def _in_turns(steps: Mapping[str, Callable[[], object]], rounds: int) -> list[Rate]:
    timers = {title: Timer(step) for title, step in steps.items()}
    numbers = {title: timer.autorange()[0] for title, timer in timers.items()}  # warms up, too
    rates = [Rate(title, []) for title in steps]
    for _ in range(rounds):
        for rate in rates:
            number = numbers[rate.title]
            rate.per_second.append(number / timers[rate.title].timeit(number))
    return rates
