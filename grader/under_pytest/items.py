"""A rubric as pytest collects it: a file, an objective, a check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import GradeLabError
from grader.messages import Translator
from grader.under_pytest import words

if TYPE_CHECKING:
    from grader.result import CheckResult
    from grader.under_pytest.desk import Desk

NEITHER = frozenset({"skip", "review"})
"""Statuses of what was neither passed nor failed."""


@dataclass(frozen=True)
class Judged:
    """A check as it was judged, in the words of ``lang``; ``title`` is its objective's."""

    check: CheckResult
    title: str
    lang: str


class RubricFile(pytest.File):
    """A rubric. What it makes of the submission is judged when it is collected."""

    desk: Desk

    @classmethod
    def of(
        cls, parent: pytest.Collector, path: Path, desk: Desk, nodeid: str | None = None
    ) -> RubricFile:
        """The rubric in ``path``, told as ``nodeid`` where it lies elsewhere than the tests."""
        more: dict[str, Any] = {} if nodeid is None else {"name": nodeid, "nodeid": nodeid}
        node: RubricFile = cls.from_parent(parent, path=path, **more)
        node.desk = desk
        return node

    def collect(self) -> Iterator[RubricObjective]:
        try:
            if self.config.option.collectonly:
                yield from self._outline()
            else:
                yield from self._judged()
        except GradeLabError as error:
            told = words.complaint(error, Translator(self.desk.language))
            raise self.CollectError(told) from None

    def _outline(self) -> Iterator[RubricObjective]:
        for objective in self.desk.outline(self.path).objectives:
            types = [check.type for check in objective.checks]
            yield RubricObjective.of(self, objective.id, types)

    def _judged(self) -> Iterator[RubricObjective]:
        lang = self.desk.language
        for objective in self.desk.lab(str(self.path)).result.objectives:
            judged = [Judged(check, objective.title, lang) for check in objective.checks]
            yield RubricObjective.of(self, objective.id, [j.check.type for j in judged], judged)


class RubricObjective(pytest.Collector):
    """An objective of a rubric, by its id."""

    types: list[str]
    judged: list[Judged]

    @classmethod
    def of(
        cls, parent: RubricFile, name: str, types: list[str], judged: list[Judged] | None = None
    ) -> RubricObjective:
        """The objective's checks by their types, and as judged, unless only to be listed."""
        node: RubricObjective = cls.from_parent(parent, name=name)
        node.types, node.judged = types, judged or []
        return node

    def collect(self) -> Iterator[CheckItem]:
        for index, kind in enumerate(self.types):
            item: CheckItem = CheckItem.from_parent(self, name=f"{index + 1}-{kind}")
            if self.judged:
                item.take(self.judged[index])
            yield item


class CheckItem(pytest.Item):
    """A check of a rubric: passed, failed, skipped, or in error where it could not be judged."""

    judged: Judged

    def take(self, judged: Judged) -> None:
        """Make known what was judged."""
        check = judged.check
        self.judged = judged
        self.user_properties += [
            ("objective", words.safe(judged.title)),
            ("status", str(check.status)),
            ("points", str(check.score)),
            ("max_points", str(check.max_score)),
        ]
        if check.status in NEITHER:
            self.add_marker(pytest.mark.skip(reason=words.reason(check, judged.lang)))

    def setup(self) -> None:
        if self.judged.check.status == "error":
            self._tell()

    def runtest(self) -> None:
        if self.judged.check.status != "pass":
            self._tell()

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.parent.name if self.parent else ''}::{self.name}"

    def _tell(self) -> None:
        judged = self.judged
        pytest.fail(words.report(judged.title, judged.check, judged.lang), pytrace=False)
