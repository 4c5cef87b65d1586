"""The journal: append-only JSON Lines, each line holding the hash of the one before.

A line is ``{"hash":"<sha256>","prev":"<sha256>",…}``; ``hash`` covers the bytes after its own
field. The chain is tamper-evident, not tamper-proof: a learner owns the machine. Layout of the
other fields: `Entry`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import INSTALL_NEWER, JournalError
from grader.facts import Reason
from grader.instant import Instant
from grader.messages import Message, msg
from grader.needs import AnyNeed

VERSION = 1
"""Of a line. It rises with each new kind of need, source, outcome, reason or writer, too: what does
not know those then says that a newer grade-lab wrote them, and not that the line is broken.
"""
GENESIS = "0" * 64
MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_LINES = 1_000_000
"""More than fit into a journal of the size that is read at all."""
MAX_DEFECTS = 1000
"""How many are named: a file of nothing else could have millions."""
MAX_REASON = 200

Source = Literal[
    "engine", "events", "registry", "http", "config", "submission", "reproduction", "relay"
]
Writer = Literal["grade", "watch", "shell", "batch"]
Outcome = Literal["found", "absent", "unavailable"]

_LINE = re.compile(rb'\{"hash":"([0-9a-f]{64})",("prev":"([0-9a-f]{64})",.*\})\s*\Z', re.DOTALL)
_CONFLICT = re.compile(rb"(?:<{7}|[|]{7}|={7}|>{7})(?: .{0,300})?\r?\n")
"""What git puts between two computers' records, which are whole also where it is left in."""
_VERSION = re.compile(rb'"v":(\d{1,9})')


class Observation(BaseModel):
    """A dated answer to a need: *found* with ``data``, or *absent*/*unavailable* with a reason.

    ``detail`` is the source's own short words for it, in English.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)  # judging makes none of its own
    at: Instant
    source: Source
    need: AnyNeed
    outcome: Outcome
    data: dict[str, object] | None = None
    reason: Reason | None = None
    detail: str = ""


class Entry(Observation):
    """An observation in a journal; ``seq`` is its line, ``run`` names the run that made it.

    ``by`` is the command that wrote it. Each look of ``watch`` is a run of its own.
    """

    model_config = ConfigDict(defer_build=False)
    v: int
    seq: int
    run: str
    by: Writer = "grade"


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a journal's line (counted from 1)."""

    line: int
    message: Message


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal holds: its sound entries in file order, and what is wrong with the rest.

    ``lines`` counts the whole lines; ``head`` is the hash of the last, ``hashes`` are those of all.
    """

    entries: tuple[Entry, ...] = ()
    defects: tuple[Defect, ...] = ()
    head: str = GENESIS
    lines: int = 0
    torn: int = 0
    """Bytes after the last whole line, left by a writer that was killed."""
    forks: tuple[int, ...] = ()
    """Lines that go on from an earlier one than that before them, or begin anew: the records of
    several computers, which git merged, stand below each other. Nothing is missing for that.
    """
    hashes: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def intact(self) -> bool:
        """Whether every line follows on one that stands above it, and says what it said then."""
        return not self.defects


EMPTY = Journal()


def parse(data: bytes, where: str = "journal", onto: Journal = EMPTY) -> Journal:
    """Parse a journal's bytes, or those that follow the whole lines of ``onto``.

    Lines that were altered are left out and reported, the first thousand; the others are kept.

    Raises:
        JournalError: a newer version wrote it, or it has more lines than any journal.
    """
    _refuse_endless(data, where)
    _refuse_newer(data, where)
    entries: list[Entry] = []
    defects = [defect for defect in onto.defects if defect.line <= onto.lines]
    chain, number, torn = _Chain(onto), onto.lines, 0

    def defective(line: int, message: Message) -> None:
        if len(defects) < MAX_DEFECTS:
            defects.append(Defect(line, message))

    for line in BytesIO(data):
        if not line.endswith(b"\n"):
            torn = len(line)
            defective(number + 1, msg("the last line was cut short; it is ignored"))
            break
        number += 1
        match = _LINE.match(line) if len(line) <= MAX_LINE_BYTES else None
        if match is None:
            if not _CONFLICT.fullmatch(line):
                defective(number, msg("not a line of a journal"))
            continue
        follows = match[3] == chain.head
        if not follows and chain.has(match[1]):  # a merge copied it
            continue
        if not follows and not chain.forks_at(match[3], number):
            defective(number, msg("lines before this one were removed or moved"))
        chain.head = match[1]
        chain.hashes.append(match[1])
        entry = _entry(match, number)
        if isinstance(entry, Entry):
            entries.append(entry)
        else:
            defective(number, entry)
    return Journal(
        entries=(*onto.entries, *entries),
        defects=tuple(defects),
        head=chain.head.decode(),
        lines=number,
        torn=torn,
        forks=(*onto.forks, *chain.forks),
        hashes=(*onto.hashes, *chain.hashes),
    )


class _Chain:
    """The hashes of a journal's lines, from those of ``onto`` on."""

    def __init__(self, onto: Journal) -> None:
        self.head = onto.head.encode()
        self.hashes: list[bytes] = []
        self.forks: list[int] = []
        self._above: set[bytes] = set()
        self._before: tuple[bytes, ...] = (GENESIS.encode(), *onto.hashes)
        self._counted = 0

    def has(self, line: bytes) -> bool:
        """Whether the line of this hash stands above. A journal that was not merged never asks."""
        self._above.update(self._before, self.hashes[self._counted :])
        self._before, self._counted = (), len(self.hashes)
        return line in self._above

    def forks_at(self, line: bytes, number: int) -> bool:
        """Whether the line of this number goes on from this one, which stands above."""
        is_above = self.has(line)
        if is_above:
            self.forks.append(number)
        return is_above


def _entry(line: re.Match[bytes], number: int) -> Entry | Message:
    """What a line holds, or what is wrong with it."""
    if hashlib.sha256(line[2]).hexdigest().encode() != line[1]:
        return msg("the line was altered after it was written")
    try:
        entry = Entry.model_validate_json(b"{" + line[2])
    except ValidationError as error:
        return msg("unknown content: {reason}", reason=_first(error))
    if entry.by == "batch":  # what a batch finds out never stands in a journal
        return msg("written by nobody who writes journals")
    # Two computers counted each their own lines; here every entry has a place of its own.
    return entry if entry.seq == number else entry.model_copy(update={"seq": number})


def written(
    observations: Iterable[Observation], after: Journal, run: str, by: Writer
) -> Iterator[bytes]:
    """The lines that follow a journal's own and hold these observations."""
    head = after.head
    for number, observation in enumerate(observations, after.lines + 1):
        entry = {"prev": head, "v": VERSION, "seq": number, "run": run, "by": by}
        body = (
            json.dumps(entry, separators=(",", ":")).encode()[:-1]
            + b","
            + observation.model_dump_json(exclude_none=True).encode()[1:]
        )
        head = hashlib.sha256(body[1:]).hexdigest()
        yield b'{"hash":"%s",%s\n' % (head.encode(), body[1:])


def _refuse_endless(data: bytes, where: str) -> None:
    if len(data) > MAX_LINES and data.count(b"\n") > MAX_LINES:
        raise JournalError(
            msg("the journal has more than {limit} lines", limit=MAX_LINES), where=where
        )


def _refuse_newer(data: bytes, where: str) -> None:
    """Also where its lines seem to fit: they may mean something else."""
    versions = map(int, (found[1] for found in _VERSION.finditer(data)))
    newer = next((version for version in versions if version > VERSION), None)
    if newer:
        raise JournalError(
            msg(
                "a newer grade-lab wrote the journal (format {version}; this one reads {own})",
                version=newer,
                own=VERSION,
            ),
            INSTALL_NEWER,
            where=where,
        )


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:MAX_REASON]
