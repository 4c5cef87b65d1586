"""Issuing challenges: a roster in; a challenge for each learner and the verifiers out."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.batch.roster import Roster
from grader.cells import bare, plain
from grader.challenge import token, verifier
from grader.errors import GradeLabError
from grader.messages import msg
from grader.system_error import reason_of
from grader.whole import PRIVATE, whole

CHALLENGE = "challenge"
CHALLENGES, VERIFIERS = "challenges.csv", "verifiers.txt"
MAX_LEARNERS = 15_000
"""A rubric reads a text of 1 MB beside it, and a verifier has 65 bytes."""
SECRET_BYTES = 32

_SECRET = re.compile(rb"\s*([0-9a-fA-F]{64})\s*")


@dataclass(frozen=True, slots=True)
class Issued:
    """What was written, for how many learners, and whether the secret was made just now."""

    challenges: Path
    verifiers: Path
    count: int
    new_secret: bool


def issue(roster_file: Path, secret_file: Path, course: str, out: Path) -> Issued:
    """Write the verifiers and challenges of a course's learners.

    The secret is made where there is none. The same roster and secret give the same challenges.

    Raises:
        GradeLabError: the roster or the secret cannot be used.
        OutputError: a file cannot be written.
    """
    if not course.strip() or not course.isprintable():
        raise GradeLabError(msg("a course needs an id of printable characters"))
    challenges, verifiers = out / CHALLENGES, out / VERIFIERS
    if challenges.resolve() == roster_file.resolve():
        raise GradeLabError(
            msg("the challenges would take the place of the roster"),
            msg("choose another folder with --out"),
            where=str(roster_file),
        )
    roster = Roster.load(roster_file)
    if not roster:
        raise GradeLabError(msg("the roster holds no learner"), where=str(roster_file))
    if len(roster) > MAX_LEARNERS:
        message = msg("the roster holds more than {count} learners", count=MAX_LEARNERS)
        raise GradeLabError(message, where=str(roster_file))
    secret, new = _secret(secret_file)
    tokens = {one.id: token(secret, course, one.id) for one in roster}
    lines = sorted(verifier(course, learner, made) for learner, made in tokens.items())
    # The verifiers are in place first: no challenge is handed out that could not be checked.
    with whole(challenges, PRIVATE) as table, whole(verifiers) as list_:
        table.write_text(_table(roster, tokens), encoding="utf-8-sig", newline="")
        list_.write_text("".join(f"{line}\n" for line in lines), encoding="ascii", newline="\n")
    return Issued(challenges, verifiers, len(tokens), new)


def _secret(path: Path) -> tuple[bytes, bool]:
    """The course's secret, and whether it was made just now."""
    try:
        found = _SECRET.fullmatch(path.read_bytes()[:1000])
    except FileNotFoundError:
        made = secrets.token_bytes(SECRET_BYTES)
        with whole(path, PRIVATE) as draft:
            draft.write_text(made.hex() + "\n", encoding="ascii", newline="\n")
        return made, True
    except OSError as error:
        reason = reason_of(error)
        message = msg("the secret cannot be read: {reason}", reason=reason)
        raise GradeLabError(message, where=str(path)) from None
    if not found:
        raise GradeLabError(
            msg("this is no secret as grade-lab makes them (64 hexadecimal digits)"),
            msg("give --secret a file that does not exist yet, to have one made"),
            where=str(path),
        )
    return bytes.fromhex(found[1].decode()), False


def _table(roster: Roster, tokens: Mapping[str, str]) -> str:
    """The roster with the challenges, for a spreadsheet: no cell is a formula."""
    table = io.StringIO(newline="")
    lines = csv.writer(table)
    for number, one in enumerate(roster):
        kept = {name: cell for name, cell in one.columns.items() if name != CHALLENGE}
        if number == 0:
            lines.writerow([*map(_cell, kept), CHALLENGE])
        lines.writerow([*map(_cell, kept.values()), tokens[one.id]])
    return table.getvalue()


def _cell(text: str) -> str:
    """As `plain` makes it; a table that was issued before stays as it is."""
    return plain(bare(text))
