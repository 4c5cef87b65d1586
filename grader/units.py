"""Units in rubrics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

from grader.messages import msg

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def _bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]i?B|B)", value.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError(msg("is not a size; write it like 200MB or 1.5GiB"))
    return int(float(match[1]) * _UNITS[match[2].upper()])


Size = Annotated[
    int,
    BeforeValidator(_bytes),
    WithJsonSchema(
        {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "[0-9] *[KMGB]"}]}
    ),
]
"""Bytes; in a rubric ``200MB`` (10^6) or ``200MiB`` (2^20)."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = r"(\d{1,6})\s*([smhd])"


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(_DURATION, str(value).strip())
    if match is None:
        raise ValueError(msg("is not a duration; write it like 30m, 2h or 1d"))
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"}),
]
"""A span of time; in a rubric ``90s``, ``30m``, ``2h`` or ``1d``."""


def _moment(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError(msg("is not a date and time; write it like 2026-11-30T23:59:00+09:00"))
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
"""A date and time with its zone; in a rubric ``2026-11-30T23:59:00+09:00``."""


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is taken away: points, or a percentage of the points that could be had."""

    value: Decimal
    is_percent: bool = False

    def points(self, max_score: Decimal) -> Decimal:
        """How many points it is, of ``max_score``; exact."""
        return self.value * max_score / 100 if self.is_percent else self.value


_DEDUCTION = r"(\d{1,5}(?:\.\d{1,2})?)\s*(%?)"


def _deduction(value: object) -> object:
    if isinstance(value, Deduction):
        return value
    match = re.fullmatch(_DEDUCTION, str(value).strip())
    if match is None or not Decimal(match[1]):
        raise ValueError(msg("is neither points nor a percentage; write it like 5 or 10%"))
    if match[2] and Decimal(match[1]) > 100:
        raise ValueError(msg("is more than 100%"))
    return Deduction(Decimal(match[1]), bool(match[2]))


PointsOrPercent = Annotated[
    Deduction,
    BeforeValidator(_deduction),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "%$"}]}),
]
"""A deduction; in a rubric ``5`` (points) or ``10%`` (of the rubric's points)."""
