"""What has to be reached: points, or a share of them. Without it, the rubric's pass mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from grader.errors import GradeLabError
from grader.messages import msg
from grader.report.reading import points
from grader.result import Result

_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,4})?)\s*(%?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Threshold:
    """``amount`` in points, or in percent of all points."""

    amount: Decimal
    percent: bool = False

    @classmethod
    def parse(cls, text: str) -> Threshold:
        """``70``, ``12.5`` or ``70%``.

        Raises:
            ValueError: it is neither, or more than 100 percent; or a part of a point: who writes
                0.7 means 70 percent, as ``pass_mark`` does.
        """
        match = _NUMBER.fullmatch(text.strip())
        if match is None:
            raise ValueError(text)
        parsed = cls(Decimal(match[1]), percent=bool(match[2]))
        if (parsed.percent and parsed.amount > 100) or (
            not parsed.percent and 0 < parsed.amount < 1
        ):
            raise ValueError(text)
        return parsed

    def reached_by(self, result: Result) -> bool:
        """Whether the score is as high.

        Raises:
            GradeLabError: nobody could reach it.
        """
        if self.percent:
            return result.score * 100 >= self.amount * result.max_score
        if self.amount > result.max_score:
            raise GradeLabError(
                msg(
                    "--fail-under asks for {asked} points, and the rubric has {all}",
                    asked=points(self.amount),
                    all=points(result.max_score),
                ),
                msg("write a share as `--fail-under 70%`"),
            )
        return result.score >= self.amount
