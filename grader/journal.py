"""The journal: append-only JSON Lines, each line holding the hash of the one before.

A line is ``{"hash":"<sha256>","prev":"<sha256>",…}``; ``hash`` covers the bytes after its own
field. The chain is tamper-evident, not tamper-proof: a learner owns the machine. Layout of the
other fields: `Entry`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from grader.errors import JournalError
from grader.facts import Reason
from grader.messages import Message, msg
from grader.needs import AnyNeed

VERSION = 1
GENESIS = "0" * 64
MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_BYTES = 256 * 1024 * 1024
LOCK_SECONDS = 120

Source = Literal["engine", "events", "registry", "http", "config", "submission", "reproduction"]
Outcome = Literal["found", "absent", "unavailable"]

_LINE = re.compile(rb'\{"hash":"([0-9a-f]{64})",("prev":"([0-9a-f]{64})",.*\})\s*\Z', re.DOTALL)


class Observation(BaseModel):
    """A dated answer to a need: *found* with ``data``, or *absent*/*unavailable* with a reason.

    ``detail`` is the source's own short words for it, in English.
    """

    model_config = ConfigDict(frozen=True)
    at: AwareDatetime
    source: Source
    need: AnyNeed
    outcome: Outcome
    data: dict[str, object] | None = None
    reason: Reason | None = None
    detail: str = ""


class Entry(Observation):
    """An observation in a journal; ``seq`` counts from 1, ``run`` names the run that made it."""

    v: int
    seq: int
    run: str


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a journal's line (counted from 1)."""

    line: int
    message: Message


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal holds: its sound entries in file order, and what is wrong with the rest."""

    entries: tuple[Entry, ...] = ()
    defects: tuple[Defect, ...] = ()
    head: str = GENESIS
    torn: int = 0
    """Bytes after the last whole line, left by a writer that was killed."""

    @property
    def intact(self) -> bool:
        """Whether the chain holds from the first line to the last."""
        return not self.defects


def read(path: Path) -> Journal:
    """Read a journal; a file that is not there is an empty one.

    Lines that were altered are left out and reported; the others are kept.

    Raises:
        JournalError: it cannot be read, is too large, or comes from a newer version.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise JournalError(
                msg("the journal is larger than {limit} bytes", limit=MAX_BYTES), where=str(path)
            )
        data = path.read_bytes()
    except FileNotFoundError:
        return Journal()
    except OSError as error:
        raise JournalError(
            msg("the journal cannot be read: {reason}", reason=error.strerror or str(error)),
            msg("check who may read the file"),
            where=str(path),
        ) from error
    return parse(data, where=str(path))


def parse(data: bytes, where: str = "journal") -> Journal:
    """Parse a journal's bytes. Raises JournalError when a newer version wrote it."""
    entries: list[Entry] = []
    defects: list[Defect] = []
    head = GENESIS
    lines = data.split(b"\n")
    torn = len(lines.pop())
    if torn:
        defects.append(Defect(len(lines) + 1, msg("the last line was cut short; it is ignored")))
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line) if len(line) <= MAX_LINE_BYTES else None
        if match is None:
            defects.append(Defect(number, msg("not a line of a journal")))
            continue
        if match[3].decode() != head:
            defects.append(Defect(number, msg("lines before this one were removed or moved")))
        head = match[1].decode()
        if hashlib.sha256(match[2]).hexdigest() != head:
            defects.append(Defect(number, msg("the line was altered after it was written")))
            continue
        try:
            entries.append(Entry.model_validate_json(b"{" + match[2]))
        except ValidationError as error:
            _refuse_newer(line, where)
            defects.append(Defect(number, msg("unknown content: {reason}", reason=_first(error))))
    return Journal(tuple(entries), tuple(sorted(defects, key=lambda d: d.line)), head, torn)


def append(path: Path, observations: Iterable[Observation], run: str) -> int:
    """Append observations as one run's entries, each as it comes; return how many.

    Whatever stops the run, the lines written so far are whole. Two writers take turns (a lock
    beside the file). A line that a crash cut short is dropped first.

    Raises:
        JournalError: it cannot be written; what was written before stays valid.
    """
    from filelock import FileLock, Timeout

    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=LOCK_SECONDS), path.open("ab") as file:
            journal = read(path)
            seq = journal.entries[-1].seq if journal.entries else 0
            file.truncate(file.tell() - journal.torn)
            for line in _lines(observations, run, journal.head, seq):
                file.write(line)
                file.flush()
                count += 1
            os.fsync(file.fileno())
    except Timeout as error:
        raise JournalError(
            msg("another grade-lab is writing to the journal"),
            msg("wait until it has finished, then run the command again"),
            where=str(path),
        ) from error
    except OSError as error:
        raise JournalError(
            msg("the journal cannot be written: {reason}", reason=error.strerror or str(error)),
            msg("free some disk space, or make the folder writable, and run the command again"),
            where=str(path),
        ) from error
    return count


def _lines(observations: Iterable[Observation], run: str, head: str, seq: int) -> Iterator[bytes]:
    for number, observation in enumerate(observations, seq + 1):
        entry = {"prev": head, "v": VERSION, "seq": number, "run": run}
        body = (
            json.dumps(entry, separators=(",", ":")).encode()[:-1]
            + b","
            + observation.model_dump_json(exclude_none=True).encode()[1:]
        )
        head = hashlib.sha256(body[1:]).hexdigest()
        yield b'{"hash":"%s",%s\n' % (head.encode(), body[1:])


def _refuse_newer(line: bytes, where: str) -> None:
    version = re.search(rb'"v":(\d{1,9})', line)
    if version and int(version[1]) > VERSION:
        raise JournalError(
            msg(
                "a newer grade-lab wrote the journal (format {version}; this one reads {own})",
                version=int(version[1]),
                own=VERSION,
            ),
            msg("upgrade grade-lab: pip install --upgrade grade-lab"),
            where=where,
        )


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
