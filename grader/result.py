"""The result of judging: frozen, published with its JSON Schema, the only input of reports.

Texts are in one language. Points are decimals with two places; they add up: an objective's points
are the sum of its checks', the score is the sum of the objectives'.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from grader.check import Status
from grader.facts import Engine
from grader.frozen import frozen
from grader.series import Strength

Points = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""A decimal with at most two places; a JSON number."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class _Part:
    """Of what there are many the judge makes itself: they are validated where they are read."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@frozen
class EvidenceItem(_Part):
    """A piece of evidence behind a verdict."""

    strength: Strength
    source: str
    at: AwareDatetime
    detail: str


@frozen
class Place(_Part):
    """Where in the submission something is wrong, and what: ``line`` counts from 1, if known."""

    path: str
    line: int | None = None
    message: str


@frozen
class CheckResult(_Part):
    """The verdict on one check. ``hint`` is the next thing to do; empty when it passed.

    ``pending``: it failed, wholly or in part, only because it is not done yet. ``places`` are where
    in the submission something is wrong.
    """

    id: str
    type: str
    status: Status
    score: Points
    max_score: Points
    message: str
    hint: str = ""
    pending: bool = False
    expected: str = ""
    actual: str = ""
    evidence: tuple[EvidenceItem, ...] = ()
    places: tuple[Place, ...] = ()


class Override(_Model):
    """Points that an instructor gave by hand, in place of the judged ones."""

    points: Points
    reason: str


@frozen
class ObjectiveResult(_Part):
    """The verdict on a learning objective. ``skipped_for`` names what it waits for."""

    id: str
    title: str
    status: Status
    score: Points
    max_score: Points
    requires: tuple[str, ...] = ()
    skipped_for: tuple[str, ...] = ()
    override: Override | None = None
    checks: tuple[CheckResult, ...] = ()


class RubricInfo(_Model):
    """Which rubric was applied; ``sha256`` is that of its file and the texts it names."""

    id: str
    title: str
    sha256: str


class Learner(_Model):
    """Who handed it in, as the submission says."""

    id: str = ""
    name: str = ""


class JournalDefect(_Model):
    """Something wrong with a line of the journal, counted from 1."""

    line: int
    message: str


class JournalInfo(_Model):
    """The journal's extent and integrity; ``head`` is the hash of its last line."""

    entries: int
    head: str
    intact: bool
    first_at: AwareDatetime | None = None
    last_at: AwareDatetime | None = None
    defects: tuple[JournalDefect, ...] = ()


Lane = Literal["image", "registry", "container"]


@frozen
class TimelineStep(_Part):
    """One recorded step of the lab, for the report's timeline.

    ``label`` is a command or Docker's own term, in no language; ``detail`` names its subject.
    ``exact`` is false when it happened at ``at`` or before, unseen. What repeated itself is told
    once: ``count`` times, the last of them at ``until``. ``exit_code`` is that of a process that
    ended, ``last_words`` the last lines of the log when it failed. ``left_out`` says how many
    steps before this one are not told.
    """

    at: AwareDatetime
    lane: Lane
    label: str
    detail: str = ""
    failed: bool = False
    exact: bool = True
    count: int = 1
    until: AwareDatetime | None = None
    exit_code: int | None = None
    last_words: str = ""
    left_out: int = 0


class TimelineGap(_Model):
    """A stretch of time in which steps may have happened unseen.

    ``restarted``: the engine had forgotten what it knew of it, or was another one; ``evicted``:
    newer events had taken the place of older ones.
    """

    start: AwareDatetime
    end: AwareDatetime
    reason: Literal["restarted", "evicted"]


class Result(_Model):
    """What was judged. ``graded_at`` is the time of the journal's last entry, not of judging.

    ``complete`` is false when something could not be judged (a check's status is ``error``).
    """

    schema_: Annotated[Literal["grade-lab/result/1"], Field(alias="schema")] = "grade-lab/result/1"
    lang: str
    rubric: RubricInfo
    learner: Learner
    graded_at: AwareDatetime | None
    score: Points
    max_score: Points
    pass_mark: Points
    passed: bool
    complete: bool
    engine: Engine | None
    journal: JournalInfo
    objectives: tuple[ObjectiveResult, ...]
    timeline: tuple[TimelineStep, ...] = ()
    gaps: tuple[TimelineGap, ...] = ()
