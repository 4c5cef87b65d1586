"""Who handed it in: as lab.yaml says, then the roster, then the name of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.batch.columns import name_keys
from grader.batch.model import Candidate, Enrolled
from grader.batch.names import shown
from grader.batch.roster import Roster
from grader.messages import Message, msg
from grader.result import Learner
from grader.rubric.variables import LEARNER_ID
from grader.submission import Submission

HUB_ID = "hub_id"
"""The rubric variable, and the roster's column, of a learner's name at Docker Hub."""

_FIELDS = ("id", "email", "user", "hub_id", "name")
_BETWEEN = re.compile(r"[\s_,;()\[\]]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a submission is; ``enrolled`` is that learner's line in the roster, if there is one.

    ``variables`` are values for the rubric's variables that lab.yaml does not give. ``notices``
    say what does not agree, or is not known.
    """

    learner: Learner
    email: str = ""
    enrolled: Enrolled | None = None
    variables: dict[str, str] = field(default_factory=dict)
    notices: tuple[Message, ...] = ()


def identify(handed_in: Submission, candidate: Candidate, roster: Roster | None) -> Identity:
    """Tell whose a submission is. What comes first wins: lab.yaml, the roster, the file's name.

    The roster's line is the one that named the file; with an id in lab.yaml, the one of that id.
    """
    said, named = handed_in.learner, candidate.named
    by_lab = only(roster.find("id", said.id)) if roster and said.id else None
    by_file = candidate.enrolled or (_of_name(said.name, candidate, roster) if roster else None)
    enrolled = by_lab if said.id else by_file
    learner = Learner(
        id=enrolled.id if enrolled else said.id or named.id or candidate.label,
        name=said.name or (enrolled.name if enrolled else named.name),
    )
    hub_id = handed_in.variables.get(HUB_ID) or (enrolled.hub_id if enrolled else "")
    notices = [*candidate.notices]
    if said.id and by_file and by_file != by_lab:
        notices.append(_conflict(said.id, by_file, is_line=by_file is candidate.enrolled))
    if not (said.id or enrolled or named.id):
        notices.append(
            msg("nothing tells whose it is: its name, {label}, is the id", label=learner.id)
        )
    elif roster is not None and enrolled is None:
        notices.append(msg("{id} is not on the roster", id=shown(learner.id)))
    if enrolled:
        notices.extend(_differences(learner, hub_id, enrolled))
    return Identity(
        learner=learner,
        email=enrolled.email if enrolled else named.email,
        enrolled=enrolled,
        variables={LEARNER_ID: learner.id, **({HUB_ID: hub_id} if hub_id else {})},
        notices=tuple(notices),
    )


def _differences(learner: Learner, hub_id: str, enrolled: Enrolled) -> Iterator[Message]:
    """Where lab.yaml, which was used, says otherwise than the learner's line in the roster."""
    names = set(name_keys(learner.name)), set(name_keys(enrolled.name))
    if all(names) and not names[0] & names[1]:
        yield msg(
            "lab.yaml names {name}, the roster {other}, for {id}",
            name=shown(learner.name),
            other=enrolled.name,
            id=enrolled.id,
        )
    if enrolled.hub_id and hub_id.casefold() != enrolled.hub_id.casefold():
        yield msg(
            "lab.yaml says {hub_id} at Docker Hub, the roster {other}; lab.yaml's is used",
            hub_id=shown(hub_id),
            other=enrolled.hub_id,
        )


def _conflict(said: str, other: Enrolled, *, is_line: bool) -> Message:
    if is_line:
        return msg(
            "lab.yaml says {id}, the roster says {other} for this file; lab.yaml's is used",
            id=shown(said),
            other=other.id,
        )
    return msg(
        "lab.yaml says {id}, the file's name {other}; lab.yaml's is used",
        id=shown(said),
        other=other.id,
    )


def only(found: Iterable[Enrolled]) -> Enrolled | None:
    """The one that was found; None when it is not clear who is meant."""
    by_line = {one.line: one for one in found}
    return next(iter(by_line.values())) if len(by_line) == 1 else None


def _of_name(said_name: str, candidate: Candidate, roster: Roster) -> Enrolled | None:
    """The learner that a name means: that in lab.yaml, the export's, or a part of the label."""
    for clues in (
        [("name", said_name)],
        _of_export(candidate),
        [(kind, candidate.label) for kind in _FIELDS],
        _of_parts(candidate.label),
    ):
        found = (one for kind, value in clues for one in roster.find(kind, value))
        if clear := only(found):
            return clear
    return None


def _of_export(candidate: Candidate) -> Iterator[tuple[str, str]]:
    named = candidate.named
    yield "id", named.id
    yield "email", named.email
    yield from ((kind, named.user) for kind in ("user", "hub_id", "id"))
    if not (named.id or named.email):
        yield "name", named.name
        yield "name", named.name.rpartition("-")[2]  # Moodle puts a group before it


def _of_parts(label: str) -> Iterator[tuple[str, str]]:
    """Such as `lab1_s-001 (Kim)`; and of `assignment-user-name` whatever follows a hyphen."""
    for part in _BETWEEN.split(label):
        yield from ((kind, part) for kind in ("id", "email", "hub_id", "name"))
    for match in re.finditer("-", label):
        yield from ((kind, label[match.end() :]) for kind in ("id", "user", "hub_id"))
