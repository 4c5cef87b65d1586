"""What a look can end with when it finds nothing: two exceptions, told apart by their type."""

from __future__ import annotations

from grader.facts import Reason

MAX_DETAIL = 300


class NoAnswerError(Exception):
    """A need was not answered: why, and the source's own words for it, short and on one line.

    ``status`` is the HTTP status that the engine answered with, 0 where it did not answer.
    """

    def __init__(self, reason: Reason, detail: str = "", status: int = 0) -> None:
        words = " ".join(detail.encode("utf-8", "replace").decode().split())
        short = words if len(words) <= MAX_DETAIL else words[: MAX_DETAIL - 1] + "…"
        super().__init__(f"{reason}: {short}")
        self.reason = reason
        self.detail = short
        self.status = status


class AbsentError(NoAnswerError):
    """We looked, and it is not there."""


class UnavailableError(NoAnswerError):
    """We could not look."""
