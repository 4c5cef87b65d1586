"""From what was seen to a verdict: the ways that all checks share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple, TypeVar

from grader.evidence import Evidence
from grader.facts import Event, Fact, Reason
from grader.messages import Message, msg
from grader.needs import EventsNeed, Need
from grader.series import Seen, Series, Strength
from grader.system_error import translatable
from grader.verdict import (
    Errored,
    Failed,
    Location,
    Passed,
    Proof,
    Unproven,
    Verdict,
    partial_or_failed,
)

F = TypeVar("F", bound=Fact)


class Part(NamedTuple):
    """One assertion of a check: whether it holds, what it asserts and what was seen instead.

    ``problem`` is the diagnosis, where there is one, as a sentence for the learner. ``unknown`` is
    set when it cannot be told whether it holds, and is the verdict on that. ``pending``: it may yet
    come to hold, and nothing went wrong. ``place`` is where in the submission it does not hold.
    """

    holds: bool
    expected: Message | str
    actual: Message | str = ""
    hint: Message | None = None
    weight: Fraction = Fraction(1)
    problem: Message | None = None
    unknown: Verdict | None = None
    pending: bool = False
    place: Location | None = None


def score(parts: Sequence[Part]) -> Fraction:
    """The share of the parts, by weight, that hold."""
    total = sum((part.weight for part in parts), Fraction(0))
    earned = sum((part.weight for part in parts if part.holds), Fraction(0))
    return earned / total if total else Fraction(0)


def conclude(
    parts: Sequence[Part], proofs: tuple[Proof, ...], passed: Message, failed: Message
) -> Verdict:
    """A verdict from parts: passed when all hold, partial when some do, else failed.

    What cannot be told costs nothing where something else is wrong; where nothing else is wrong,
    it is the verdict.
    """
    wrong = [part for part in parts if not part.holds and not part.unknown]
    unknown = next((part.unknown for part in parts if part.unknown), None)
    if not wrong and unknown:
        return unknown
    if not wrong:
        return Passed(
            message=passed, proofs=proofs, expected=_join([part.expected for part in parts])
        )
    share = score([part for part in parts if not part.unknown])
    return partial_or_failed(
        share,
        message=next((part.problem for part in wrong if part.problem), failed),
        proofs=proofs,
        expected=_join([part.expected for part in wrong]),
        actual=_join([part.actual for part in wrong if part.actual]),
        hint=next((part.hint for part in wrong if part.hint), None),
        pending=all(part.pending for part in wrong),
        places=tuple(_told_place(part, part.place) for part in wrong if part.place),
    )


def judge_series(
    series: Series[F],
    parts: Callable[[F], Sequence[Part]],
    *,
    subject: Message,
    detail: Callable[[F], Message | str],
    missing: Callable[[], Verdict],
    now: bool = False,
) -> Verdict:
    """The verdict on the best of what was found: any one fact that satisfies all parts passes.

    A look that failed is an error unless earlier evidence passes, and keeps what earlier evidence
    earned; ``missing`` speaks when nothing was ever found. ``now`` counts only what the last look
    found. Of equals what was reproduced is the proof.
    """
    best: Verdict | None = None
    facts = series.now if now else series.found
    for seen in sorted(facts, key=lambda seen: seen.strength is not Strength.REPRODUCED):
        verdict = conclude(
            parts(seen.fact),
            (Proof.of(seen, detail(seen.fact)),),
            passed=msg("{subject}: as expected", subject=subject),
            failed=msg("{subject}: not as expected", subject=subject),
        )
        if best is None or verdict.ratio > best.ratio:
            best = verdict
        if best.ratio == 1:
            return best
    if series.unavailable:
        error = unavailable(series)
        return replace(error, share=best.ratio, proofs=best.proofs) if best else error
    return best or missing()


def unavailable(series: Series[F]) -> Errored:
    """The error for a look that failed: what could not be looked at, and what to do."""
    reason = series.unavailable or Reason.ENGINE_ERROR
    what, advice = _UNAVAILABLE.get(reason, _UNAVAILABLE[Reason.ENGINE_ERROR])
    # What was tried to reach the engine is told once, by the check of the engine.
    told = None if reason in _ENGINE_OUT_OF_REACH else translatable(series.detail)
    return Errored(message=what, actual=told or None, hint=advice)


def failed_look(needs: Iterable[Need[Fact]], evidence: Evidence) -> Errored | None:
    """The error of a look that failed and could have answered one of these needs.

    What an engine cannot tell, and to be refused, are answers: a check to which they matter says so
    itself.
    """
    asked = list(needs)
    looks = [evidence.of(need) for need in asked]
    if any(isinstance(need, EventsNeed) for need in asked):
        looks.append(evidence.event_window)
    answers = {None, Reason.UNSUPPORTED, Reason.DENIED}
    return next((unavailable(look) for look in looks if look.unavailable not in answers), None)


def not_shown(series: Series[F], image: str, hint: Message) -> Verdict:
    """For an image that a registry refuses to show: of what was never pushed some say the same."""
    return Unproven(
        message=msg(
            "the registry shows you no image {image}: it is not pushed yet, or private",
            image=image,
        ),
        actual=translatable(series.detail) or None,
        hint=hint,
    )


def nothing_seen(series: Series[F], message: Message, hint: Message) -> Verdict:
    """For what nothing was seen of: an error when the last look failed, else unproven."""
    if series.unavailable:
        return unavailable(series)
    return Unproven(message=message, hint=hint)


def absence(
    series: Series[F],
    subject: Message,
    hint: Message,
    *,
    existed: Sequence[Seen[Event]] = (),
    now: bool = False,
) -> Verdict:
    """For a thing that was never found, or with ``now`` is not found now.

    Contrary evidence only when it should be there ``now``; otherwise unproven, also when events say
    that it ``existed``.
    """
    if series.unavailable:
        return unavailable(series)
    if now and series.absent:
        message = msg("{subject}: not there now", subject=subject)
        return Failed(message=message, hint=hint, pending=True)
    if existed:
        return Unproven(
            message=msg(
                "{subject} was gone before grade-lab looked; keep `grade-lab watch` open in a "
                "second terminal, and do it again",
                subject=subject,
            ),
            proofs=(Proof.of(existed[-1], existed[-1].fact.action),),
            hint=hint,
        )
    return Unproven(message=msg("nothing was seen of {subject}", subject=subject), hint=hint)


def then_grade(*commands: str) -> Message:
    """The hint to type one or two commands and let grade-lab see what they did."""
    if len(commands) == 1:
        command = commands[0]
        return msg("run `{command}`, and then `grade-lab` before you clean up", command=command)
    first, second = commands
    return msg(
        "run `{first}`, then `{second}`, and then `grade-lab` before you clean up",
        first=first,
        second=second,
    )


def quote(items: Iterable[object]) -> str:
    """Items as people read a list: ``a, b, c``."""
    return ", ".join(str(item) for item in items)


def told(value: object) -> str:
    """A value as its JSON, so that a list and a string never look alike."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def protocol_port(port: str | int) -> str:
    """A container's port in the engine's form: ``8000`` → ``8000/tcp``."""
    return str(port) if "/" in str(port) else f"{port}/tcp"


def _told_place(part: Part, place: Location) -> Location:
    return place if place.message else replace(place, message=part.problem)


def _join(texts: Sequence[Message | str]) -> Message | str | None:
    if not texts:
        return None
    return texts[0] if len(texts) == 1 else msg("{items}", items=list(texts))


_ENGINE_OUT_OF_REACH = {Reason.ENGINE_UNREACHABLE, Reason.PERMISSION}

_UNAVAILABLE: Mapping[Reason, tuple[Message, Message]] = {
    Reason.ENGINE_UNREACHABLE: (
        msg("the Docker Engine could not be reached"),
        msg(
            "start Docker (Docker Desktop, or the docker service), or restart it if it hangs; then "
            "run grade-lab again"
        ),
    ),
    Reason.ENGINE_ERROR: (
        msg("the Docker Engine answered with an error"),
        msg("run grade-lab again; if it stays so, restart Docker"),
    ),
    Reason.PERMISSION: (
        msg("grade-lab may not look at it: permission denied"),
        msg("run `grade-lab doctor`: it says how to be allowed to; then run grade-lab again"),
    ),
    Reason.REGISTRY_UNREACHABLE: (
        msg("the registry could not be reached"),
        msg("check the network connection, then run grade-lab again"),
    ),
    Reason.DENIED: (
        msg("the registry does not let this login look at the image"),
        msg("log in with `docker login`, then run grade-lab again"),
    ),
    Reason.CREDENTIALS: (
        msg("the registry could not be asked: the logins of docker cannot be read"),
        msg("log in again with `docker login`, then run grade-lab again"),
    ),
    Reason.RATE_LIMITED: (
        msg("the registry's limit on requests is used up for now"),
        msg("log in with `docker login`, or wait some minutes, then run grade-lab again"),
    ),
    Reason.NO_ANSWER: (
        msg("nothing answers, and from here it may not be within reach"),
        msg(
            "grade-lab runs in a container, and Docker outside of it: run grade-lab on the "
            "computer itself, or publish the port without an address (`-p 8080:8000`)"
        ),
    ),
    Reason.SANDBOX: (
        msg("it cannot be run in grade-lab's sandbox here"),
        msg(
            "ask your instructor: the rubric's `sandbox` can allow it more, or a computer with "
            "another processor may run it"
        ),
    ),
    Reason.TIMEOUT: (
        msg("no answer came in time"),
        msg("run grade-lab again when the machine is less busy"),
    ),
    Reason.TOO_LARGE: (
        msg("it is too large to be looked at"),
        msg("make it smaller, for instance by leaving data out of it, then run grade-lab again"),
    ),
    Reason.UNSUPPORTED: (
        msg("this engine cannot tell"),
        msg("ask your instructor: this point can be given by hand"),
    ),
    Reason.UNREADABLE: (
        msg("a file could not be read"),
        msg("check who may read the file, then run grade-lab again"),
    ),
}
