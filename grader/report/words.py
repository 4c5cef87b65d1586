"""The words that all reports for people share. Keys are those of the result."""

from __future__ import annotations

from collections.abc import Mapping

from grader.messages import Message, msg

STATUS: Mapping[str, Message] = {
    "pass": msg("Passed"),
    "partial": msg("Partly done"),
    "fail": msg("Not yet"),
    "unproven": msg("Not seen"),
    "review": msg("Under review"),
    "skip": msg("Waiting"),
    "error": msg("Not judged"),
}

STATUS_MEANING: Mapping[str, Message] = {
    "pass": msg("There is evidence that it was done."),
    "partial": msg("There is evidence for some of it; the points are shared out accordingly."),
    "fail": msg("There is evidence that it is not as asked. Look at the hint."),
    "unproven": msg("Nothing was seen either way. It may well have been done; it has to be seen."),
    "review": msg("A person has to look at it. Your instructor does that."),
    "skip": msg("It can only be done after another objective. There is nothing to do here yet."),
    "error": msg("It could not be looked at. That is not your fault."),
}

STRENGTH: Mapping[str, Message] = {
    "submitted": msg("submitted"),
    "recorded": msg("recorded"),
    "live": msg("live"),
    "registry": msg("in the registry"),
    "reproduced": msg("reproduced"),
}

STRENGTH_MEANING: Mapping[str, Message] = {
    "submitted": msg("A file or an answer that was handed in."),
    "recorded": msg("Written down by an earlier run, or by Docker itself, when it happened."),
    "live": msg("Seen in Docker during the last run of grade-lab."),
    "registry": msg("The registry itself says so."),
    "reproduced": msg("grade-lab ran it again by itself, and it worked."),
}

SOURCE: Mapping[str, Message] = {
    "engine": msg("Docker Engine"),
    "events": msg("event history of the Docker Engine"),
    "registry": msg("registry"),
    "http": msg("answer of the running app"),
    "config": msg("settings of the docker command"),
    "submission": msg("files of the submission"),
    "reproduction": msg("a run by grade-lab"),
    "relay": msg("a recorded shell"),
}

LANE: Mapping[str, Message] = {
    "image": msg("Image"),
    "registry": msg("Registry"),
    "container": msg("Container"),
}

TEXTS: Mapping[str, Message] = {
    "actual": msg("Seen"),
    "done": msg("Nothing is left to do."),
    "engine": msg("Docker"),
    "evidence": msg("Evidence"),
    "expected": msg("Expected"),
    "given": msg("An instructor gave {points} points by hand."),
    "graded-at": msg("Evidence up to"),
    "hint": msg("What to do"),
    "journal": msg("The record (journal)"),
    "learner": msg("Learner"),
    "next": msg("Next objective"),
    "nobody": msg("not named"),
    "objectives": msg("Objectives"),
    "pass-mark": msg("pass mark: {points}"),
    "points": msg("Points"),
    "reason": msg("Reason"),
    "report": msg("Report"),
    "rubric": msg("Rubric"),
    "then-again": msg("Then run `grade-lab` again."),
    "to-review": msg("{count} of the objectives are for your instructor to look at."),
    "waits-for": msg("Waits for"),
    "where": msg("Where"),
    "journal-broken": msg(
        "The record does not hold together at the lines below. "
        "Lines that were changed or cut short are not counted as evidence."
    ),
    "journal-line": msg("line {line}: {message}"),
}


def fill(text: Message, **values: object) -> Message:
    """``text`` with the values that belong into it."""
    return Message(text.template, values)


def headline(outcome: str) -> Message:
    """One or two words for an outcome: ``passed``, ``not-yet`` or ``incomplete``."""
    return _HEADLINE[outcome]


_HEADLINE: Mapping[str, Message] = {
    "passed": msg("Passed"),
    "not-yet": msg("Not there yet"),
    "incomplete": msg("Not all could be judged"),
}
