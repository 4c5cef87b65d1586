"""What handing in late costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.late import penalty
from grader.errors import RubricError
from grader.rubric.load import load
from grader.rubric.model import Late

DEADLINE = datetime.fromisoformat("2026-11-30T23:59:00+09:00")
RUBRIC = """\
schema: grade-lab/rubric/1
id: x
title: X
late:
{late}
objectives:
  - {{id: a, title: A, points: 10, checks: [{{type: file, path: a.txt}}]}}
"""


def rubric(late: str) -> str:
    return RUBRIC.format(late="\n".join(f"  {line}" for line in late.split(", ")))


def policy(**fields: Any) -> Late:
    return Late.model_validate({"deadline": DEADLINE.isoformat(), "per_day": "10%", **fields})


def cost(late: Late, after: timedelta, score: str = "80", most: str = "100") -> Decimal:
    return penalty(late, Decimal(score), Decimal(most), DEADLINE + after)


@pytest.mark.parametrize(
    ("after", "points"),
    [
        (timedelta(0), "0"),
        (timedelta(hours=2), "0"),
        (timedelta(hours=2, seconds=1), "10"),
        (timedelta(hours=26), "10"),
        (timedelta(hours=26, microseconds=1), "20"),
        (timedelta(days=-40), "0"),
        (timedelta(days=365), "50"),
    ],
)
def test_a_day_that_has_begun_after_the_grace_counts_whole(after: timedelta, points: str) -> None:
    assert cost(policy(grace="2h", at_most="50%"), after) == Decimal(points)


def test_points_cost_the_same_whatever_the_maximum_and_percents_are_of_the_maximum() -> None:
    day = timedelta(days=1)
    assert cost(policy(per_day=5), day, "40", "50") == 5
    assert cost(policy(per_day="10%"), day, "40", "50") == 5
    assert cost(policy(per_day="10%", at_most=3), day, "40", "50") == 3
    assert cost(policy(per_day="0.5%"), day, "1", "1.01") == 0


def test_nobody_falls_below_nothing() -> None:
    assert cost(policy(), timedelta(days=30), "7.25") == Decimal("7.25")


def test_without_a_policy_or_a_time_nothing_is_taken() -> None:
    assert penalty(None, Decimal(5), Decimal(5), DEADLINE) == 0
    assert penalty(policy(), Decimal(5), Decimal(5), None) == 0


def test_the_zone_of_the_clock_does_not_matter() -> None:
    at = (DEADLINE + timedelta(hours=1)).astimezone(UTC)
    assert penalty(policy(), Decimal(50), Decimal(100), at) == 10


money = st.decimals(0, 100_000, places=2)
amounts = st.one_of(
    st.decimals("0.01", 10_000, places=2).map(str),
    st.decimals("0.01", 100, places=2).map(lambda percent: f"{percent}%"),
)
moments = st.datetimes(timezones=st.timezones())


@given(money, money, amounts, st.none() | amounts, st.tuples(moments, moments))
def test_a_penalty_is_whole_cents_between_nothing_and_the_score(
    score: Decimal, most: Decimal, per_day: str, at_most: str | None, when: Any
) -> None:
    late = policy(per_day=per_day, at_most=at_most)
    early, later = (penalty(late, score, most, at) for at in sorted(when))
    assert 0 <= early <= later <= score
    assert later == later.quantize(Decimal("0.01"))
    if late.at_most:
        assert later <= late.at_most.points(most)


@pytest.mark.parametrize(
    ("late", "told"),
    [
        ("deadline: 2026-11-30T23:59:00, per_day: 5", "deadline"),
        ("deadline: 2026-11-30, per_day: 5", "deadline"),
        ("deadline: 1796050740, per_day: 5", "2026-11-30T23:59:00+09:00"),
        ("per_day: 5", "deadline"),
        ("deadline: 2026-11-30T23:59:00Z", "per_day"),
        ("deadline: 2026-11-30T23:59:00Z, per_day: -5", "5 or 10%"),
        ("deadline: 2026-11-30T23:59:00Z, per_day: 0", "5 or 10%"),
        ("deadline: 2026-11-30T23:59:00Z, per_day: true", "5 or 10%"),
        ("deadline: 2026-11-30T23:59:00Z, per_day: 110%", "100%"),
        ("deadline: 2026-11-30T23:59:00Z, per_day: 5, grace: soon", "30m, 2h or 1d"),
        ("deadline: 2026-11-30T23:59:00Z, per_day: 5, at-most: 9", "at-most"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, late: str, told: str) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text(rubric(late), encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        load(path)
    assert f"{path}:" in str(caught.value)
    assert told in str(caught.value)


def test_a_rubric_says_it(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    text = "deadline: 2026-11-30T23:59:00+09:00, grace: 2h, per_day: 10%, at_most: 50"
    path.write_text(rubric(text), encoding="utf-8")
    late = load(path).late
    assert late == policy(grace=timedelta(hours=2), at_most=50)
