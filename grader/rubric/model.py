"""What a rubric is: learning objectives, each a list of checks; and the variables it uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from grader.check import Check, Text, asked
from grader.errors import RAISED_BY_OTHERS
from grader.facts import Fact
from grader.needs import Need
from grader.patterns import Pattern
from grader.rubric.sandbox import Sandbox
from grader.units import Duration, Moment, PointsOrPercent

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""Lower-case letters, digits, ``-`` and ``_``."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variable(_Model):
    """A value that differs between learners. A value must match ``pattern`` as a whole.

    ``type`` is ``string`` or ``integer``. With ``required: true`` each learner must give it in
    lab.yaml; otherwise ``default`` counts where none is given. ``title`` says what it is, and
    ``hint`` what to write, to whoever gave a value that does not match.
    """

    type: Literal["string", "integer"] = "string"
    required: bool = False
    default: str | int | None = None
    pattern: Pattern | None = None
    title: Text | None = None
    hint: Text | None = None


class Objective(_Model):
    """A learning objective. ``requires`` names objectives without which it makes no sense.

    ``id`` is its name in ``requires`` and in results, ``title`` its name for people. ``points`` are
    split among its ``checks`` by their weight.
    """

    id: Identifier
    title: Text
    points: Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=2)]
    requires: tuple[Identifier, ...] = ()
    checks: Annotated[tuple[SerializeAsAny[Check], ...], Field(min_length=1)]


class Late(_Model):
    """What is taken away from what is handed in late: ``per_day``, and no more than ``at_most``.

    Days are counted from the end of ``grace``, which follows the ``deadline``; one that has begun
    is a whole one.
    """

    deadline: Moment
    grace: Duration = timedelta()
    per_day: PointsOrPercent
    at_most: PointsOrPercent | None = None


class Rubric(_Model):
    """A rubric, ready to judge with.

    ``schema`` says which version of this language it is written in. ``id`` is its name, ``title``
    that for people. ``pass_mark`` is the share of all points, from 0 to 1, that passes. ``late``
    is what is taken away from what is handed in late. ``variables`` differ between learners; a text
    of an objective uses one as ``{name}``. ``sandbox`` is what an image is allowed when grade-lab
    runs it itself. ``objectives`` are what the points are for.
    """

    schema_: Literal["grade-lab/rubric/1"] = Field(alias="schema")
    id: Identifier
    title: Text
    pass_mark: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.7")
    late: Late | None = None
    variables: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Variable] = {}
    sandbox: Sandbox = Sandbox()
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)]
    _sha256: str = ""

    @property
    def sha256(self) -> str:
        """The hash of its file and of the texts that it names."""
        return self._sha256

    def read_from(self, sha256: str) -> Rubric:
        """The same, of files with this hash."""
        rubric = self.model_copy()
        rubric._sha256 = sha256  # noqa: SLF001 # its own
        return rubric

    @property
    def points(self) -> Decimal:
        """What its objectives are worth together."""
        return sum((objective.points for objective in self.objectives), Decimal(0))

    def needs(self) -> Iterator[Need[Fact]]:
        """The union of all its checks' needs, each once, in the order of first mention.

        A check that is broken needs nothing: judging tells of it.
        """
        seen: set[Need[Fact]] = set()
        for objective in self.objectives:
            for check in objective.checks:
                needs: tuple[Need[Fact], ...] = ()
                with suppress(*RAISED_BY_OTHERS):
                    needs = asked(check)
                for need in needs:
                    if need not in seen:
                        seen.add(need)
                        yield need
