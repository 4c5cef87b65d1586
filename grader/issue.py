"""Issuing challenges: a roster in; a challenge for each learner and the verifiers out."""

from __future__ import annotations

import csv
import io
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.challenge import token, verifier
from grader.errors import GradeLabError, OutputError
from grader.messages import msg
from grader.roster import ID, Roster, read

CHALLENGE = "challenge"
CHALLENGES, VERIFIERS = "challenges.csv", "verifiers.txt"
MAX_LEARNERS = 15_000
"""A rubric reads a text of 1 MB beside it, and a verifier has 65 bytes."""
SECRET_BYTES = 32

_SECRET = re.compile(rb"\s*([0-9a-fA-F]{64})\s*")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a cell a formula to a spreadsheet."""


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
    roster = read(roster_file)
    if len(roster.learners) > MAX_LEARNERS:
        message = msg("the roster holds more than {count} learners", count=MAX_LEARNERS)
        raise GradeLabError(message, where=str(roster_file))
    secret, new = _secret(secret_file)
    tokens = {row[ID]: token(secret, course, row[ID]) for row in roster.learners}
    lines = sorted(verifier(course, learner, made) for learner, made in tokens.items())
    # Verifiers first: no challenge is handed out that could not be checked.
    _write({verifiers: "".join(f"{v}\n" for v in lines), challenges: _table(roster, tokens)})
    return Issued(challenges, verifiers, len(tokens), new)


def _secret(path: Path) -> tuple[bytes, bool]:
    """The course's secret, and whether it was made just now."""
    try:
        found = _SECRET.fullmatch(path.read_bytes()[:1000])
    except FileNotFoundError:
        made = secrets.token_bytes(SECRET_BYTES)
        _write({path: made.hex() + "\n"})
        return made, True
    except OSError as error:
        reason = error.strerror or str(error)
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
    columns = [name for name in roster.columns if name != CHALLENGE]
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow([*map(_plain, columns), CHALLENGE])
    for learner in roster.learners:
        writer.writerow([*(_plain(learner[name]) for name in columns), tokens[learner[ID]]])
    return f"\ufeff{table.getvalue()}"


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _write(texts: Mapping[Path, str]) -> None:
    """Write files in this order, each whole; all but the verifiers are for their owner only."""
    drafts = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in texts}
    try:
        for path, draft in drafts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _mode(path))
            with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
                file.write(texts[path])
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise OutputError(
            msg(
                "{path} cannot be written: {reason}",
                path=error.filename,
                reason=error.strerror or str(error),
            ),
        ) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    return 0o644 if path.name == VERIFIERS else 0o600
