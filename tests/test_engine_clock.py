"""An engine whose clock is wrong costs nobody a point, and gives nobody one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.journal import Journal
from grader.judge import judge
from grader.rubric.model import Rubric
from tests.lab_actions import ACTIONS, LEARNER, NEEDS, RIGHT, RUBRICS, Action, do
from tests.lab_stories import Lab


def told(rubric: Rubric, journal: Journal) -> list[object]:
    """Verdicts, and the steps of the timeline in their order, where they are known exactly."""
    result = judge(rubric, journal, LEARNER)
    checks = [check for objective in result.objectives for check in objective.checks]
    verdicts = [(check.id, check.status, check.score, check.message) for check in checks]
    return [*verdicts, *(step.label for step in result.timeline if step.exact)]


@pytest.mark.parametrize(
    ("at_first", "then"),
    [(-360, -360), (-20, -20), (-1.5, -1.5), (1.5, 1.5), (20, 20), (360, 360), (-360, 0), (0, 20)],
)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_virtual_machine_whose_clock_is_wrong(
    at_first: float, then: float, data: st.DataObject
) -> None:
    seed, careful, watched = data.draw(st.tuples(st.integers(0, 999), st.booleans(), st.booleans()))
    actions: list[Action] = [("watch", watched)]
    for step in RIGHT[data.draw(st.sampled_from((0, 4))) :]:
        actions += [*data.draw(st.lists(ACTIONS, max_size=2)), step]
    middle = data.draw(st.integers(1, len(actions)))

    def lab(before: float, after: float) -> Lab:
        made = Lab(NEEDS, Random(seed), careful=careful)
        made.machine.skew = before
        do(made, *actions[:middle])
        made.machine.skew = after
        do(made, *actions[middle:], ("grade",))
        return made

    right, wrong = lab(0, 0).journal, lab(at_first, then).journal
    for rubric in RUBRICS:
        assert told(rubric, wrong) == told(rubric, right)
