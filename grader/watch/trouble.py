"""Why a recording does not go on, in words, with what to do: as ``grade-lab`` itself says it."""

from __future__ import annotations

from grader.collect.advice import advice
from grader.collect.answer import NoAnswerError
from grader.collect.surroundings import surroundings
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.messages import Message, msg
from grader.system_error import translatable
from grader.watch.status import TOLD, State

HALTED = {State.ENGINE_AWAY, State.JOURNAL_TROUBLE}


class NotAllowedError(GradeLabError):
    """This user may not use the engine: what changes that counts for processes begun after it."""


def engine_away(error: NoAnswerError) -> GradeLabError:
    """The engine does not answer, or not to us."""
    reason = translatable(error.detail)
    if error.reason is Reason.PERMISSION:
        return NotAllowedError(msg("the Docker Engine cannot be used: {reason}", reason=reason))
    if error.reason is Reason.ENGINE_UNREACHABLE:
        message = msg("the Docker Engine does not answer")
    else:
        message = msg("the Docker Engine cannot be used: {reason}", reason=reason)
    return GradeLabError(message, *advice(surroundings(), error.reason, error.detail))


def unforeseen(error: Exception) -> GradeLabError:
    """An odd answer of the engine; it must not end the recording."""
    return GradeLabError(
        msg("the recording met something unforeseen: {error}", error=type(error).__name__)
    )


def told(state: State, trouble: GradeLabError | None) -> Message:
    """How it goes; where it does not, why, and the first thing to do about it."""
    if trouble is None or state not in HALTED:
        return TOLD[state]
    if isinstance(trouble, NotAllowedError):
        return msg(
            "{problem} → end this (Ctrl-C), do what `grade-lab doctor` says, and start "
            "`grade-lab watch` again",
            problem=trouble.message,
        )
    if not trouble.advice:
        return msg(
            "{problem}; the recording goes on by itself once that is over (`grade-lab doctor` "
            "says more)",
            problem=trouble.message,
        )
    return msg(
        "{problem} → {step}; the recording then goes on by itself (`grade-lab doctor` says more)",
        problem=trouble.message,
        step=trouble.advice[0],
    )
