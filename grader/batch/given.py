"""What is the same for all submissions of a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader import overrides
from grader.batch.identify import only
from grader.batch.model import Assignment
from grader.batch.roster import Roster
from grader.report.contract import ReportFormat
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.run import formats


@dataclass(frozen=True, slots=True)
class Given:
    """Rubric, formats, roster and overrides; ``rubric`` is without any learner's variables."""

    rubric: Rubric
    formats: Mapping[str, ReportFormat]
    roster: Roster | None
    overrides: overrides.Overrides

    @classmethod
    def read(cls, assignment: Assignment) -> Given:
        """Read it all.

        Raises:
            GradeLabError: rubric, formats, roster or overrides cannot be used.
        """
        roster = Roster.load(assignment.roster) if assignment.roster else None
        by_hand = overrides.load(assignment.overrides) if assignment.overrides else {}
        return cls(
            rubric=load(assignment.rubric, dict(assignment.settings), lenient=True),
            formats=formats(assignment.formats),
            roster=roster,
            overrides=_of_roster(by_hand, roster) if roster else by_hand,
        )


def _of_roster(by_hand: overrides.Overrides, roster: Roster) -> overrides.Overrides:
    """The overrides by the roster's ids, which a spreadsheet may write in another way."""
    found: overrides.Overrides = {}
    for learner, mine in by_hand.items():
        enrolled = only(roster.find("id", learner))
        found.setdefault(enrolled.id if enrolled else learner, {}).update(mine)
    return found
