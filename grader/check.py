"""The contract of a check: its fields specify, `needs` asks, `judge` concludes.

A check type is one file: a subclass of `Check` with a ``type`` literal, found through the
entry-point group ``grade_lab.checks``. `judge` is pure: it sees evidence and nothing else. All
that a check uses is found here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from grader.conclude import (
    Part,
    absence,
    conclude,
    failed_look,
    judge_series,
    not_shown,
    nothing_seen,
    protocol_port,
    quote,
    score,
    then_grade,
    told,
    unavailable,
)
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import msg
from grader.needs import COLLECTED, Need
from grader.reference import is_reference
from grader.series import Strength
from grader.verdict import (
    Errored,
    Failed,
    Location,
    Partial,
    Passed,
    Proof,
    Review,
    Status,
    Unproven,
    Verdict,
    partial_or_failed,
)

__all__ = [
    "Check",
    "Errored",
    "Failed",
    "ImageReference",
    "Location",
    "NonBlank",
    "Part",
    "Partial",
    "Passed",
    "Proof",
    "Review",
    "Status",
    "Text",
    "TextOf",
    "Unproven",
    "Verdict",
    "absence",
    "conclude",
    "failed_look",
    "judge_series",
    "not_shown",
    "nothing_seen",
    "partial_or_failed",
    "protocol_port",
    "quote",
    "score",
    "then_grade",
    "told",
    "unavailable",
]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(msg("is empty, so it would assert nothing"))
    return text


NonBlank = Annotated[str, AfterValidator(_not_blank)]
"""A string that says something."""


def _image_reference(text: str) -> str:
    if not is_reference(text):
        raise ValueError(
            msg("'{text}' is not an image reference such as name/app:1.0 (lower case)", text=text)
        )
    return text


ImageReference = Annotated[str, AfterValidator(_image_reference)]
"""An image as the docker command takes it: ``app``, ``app:1.0``, ``registry:5000/me/app:1.0``."""


def _named_text(path: str, info: ValidationInfo) -> str:
    return str(info.context["read_text"](path)) if info.context else path


TextOf = Annotated[str, AfterValidator(_named_text)]
"""A path relative to the rubric file; holds the text of that file once the rubric is loaded."""

Text = str | dict[str, str]
"""A text for people: a string, or a map from language (``ko``, ``en``) to string."""


class Check(BaseModel):
    """A check of a rubric.

    ``weight`` is its share of the objective's points; ``hint`` replaces the check's own advice;
    ``accept`` lists the strengths of evidence that count (all, when empty).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: str
    weight: Annotated[float, Field(gt=0, le=1000)] = 1
    hint: Text | None = None
    accept: tuple[Strength, ...] = ()

    @abstractmethod
    def needs(self) -> Iterable[Need[Fact]]:
        """The questions whose answers `judge` uses."""

    @abstractmethod
    def judge(self, evidence: Evidence) -> Verdict:
        """Conclude from evidence alone."""


def asked(check: Check) -> tuple[Need[Fact], ...]:
    """What a check has to know.

    Raises:
        Exception: it is broken.
    """
    needs = tuple(check.needs())
    for need in needs:
        if not isinstance(need, COLLECTED):
            raise TypeError(f"needs() has {need!r}, which is no need of grader.needs")
    return needs
