"""What a class is made of: what came in, what is to be done with it, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from grader.check import Status
from grader.messages import Message
from grader.result import Learner, Points


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A learner as the instructor's roster has it, on ``line``; what is unknown is empty.

    ``source`` is a path or a git URL; ``columns`` are all of the roster's, as they stand there.
    """

    line: int
    id: str
    name: str = ""
    email: str = ""
    hub_id: str = ""
    source: str = ""
    submitted_at: datetime | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """A learner as an export tells: by the names of its files, or a list in it. Unknown is empty.

    ``user`` is what the service calls the learner: a name at GitHub, a number at Canvas or Moodle.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    user: str = ""


UNKNOWN = Named()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission as it came: ``source`` is a folder, an archive or a git URL.

    ``label`` is its name in the export, unique in a class; ``enrolled`` is the roster's line that
    named it, if any did; ``notices`` say what an instructor should know of how it came.
    """

    source: str
    label: str
    enrolled: Enrolled | None = None
    named: Named = UNKNOWN
    notices: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is the same for every submission of a class. Paths are absolute.

    ``out`` is the folder of the class: each learner's reports lie in ``out/learners/LABEL``.
    ``settings`` are rubric variables that win over those of lab.yaml and roster.
    """

    rubric: Path
    out: Path
    roster: Path | None = None
    overrides: Path | None = None
    settings: tuple[tuple[str, str], ...] = ()
    formats: tuple[str, ...] = ("html", "json")
    lang: str = "en"


class _Model(BaseModel):
    """Unknown fields of a later version are ignored: results that were published stay readable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ObjectiveRow(_Model):
    """How an objective was judged; ``message`` is that of the first check that did not pass."""

    id: str
    status: Status
    score: Points
    max_score: Points
    message: str = ""


class Answer(_Model):
    """What identifies an answer without being it: a MinHash sketch, and how many words it has."""

    question: str
    words: int
    sketch: tuple[int, ...]


class Prints(_Model):
    """What two submissions have in common only if one was copied, or both came from one person.

    ``merged`` tells that several computers' records stand in the journal, ``backwards`` that times
    in one run backwards. ``denied`` are images that the journal claims and the registry denies;
    ``challenges`` and ``source`` are hashes.
    """

    head: str = ""
    intact: bool = True
    merged: bool = False
    first_at: AwareDatetime | None = None
    last_at: AwareDatetime | None = None
    backwards: bool = False
    containers: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    challenges: tuple[str, ...] = ()
    source: str = ""
    answers: tuple[Answer, ...] = ()
    denied: tuple[str, ...] = ()


class Row(_Model):
    """A submission, judged; or, with ``error``, why it could not be.

    ``key`` stands for all that the row depends on: same key, same row. ``notices`` tell what an
    instructor should know of who it is. ``report`` is the folder of its reports, relative to the
    class's. ``score`` is before, ``final`` after the late ``penalty``. Texts are in the class's
    language, ``lang``.
    """

    label: str
    key: str
    learner: Learner = Learner()
    email: str = ""
    enrolled: int | None = None
    """The roster's line."""
    lang: str = ""
    error: str = ""
    notices: tuple[str, ...] = ()
    score: Points = Decimal(0)
    max_score: Points = Decimal(0)
    penalty: Points = Decimal(0)
    final: Points = Decimal(0)
    passed: bool = False
    complete: bool = False
    submitted_at: AwareDatetime | None = None
    objectives: tuple[ObjectiveRow, ...] = ()
    report: str = ""
    prints: Prints = Prints()

    @property
    def review(self) -> tuple[str, ...]:
        """The objectives that a person has to look at."""
        return tuple(o.id for o in self.objectives if o.status is Status.REVIEW)


Rows = Callable[[], Iterator[Row]]
"""Gives a fresh iterator over all rows of a class, by label, each time."""


class Flag(_Model):
    """Something that a person should look at; never a verdict.

    ``kind`` is a word such as ``same-container``; ``labels`` are the submissions it is about,
    ``evidence`` says what was found, in the class's language.
    """

    kind: str
    labels: tuple[str, ...]
    evidence: str
