"""Any bytes are a journal: what is sound in them is kept, and what is not is told by its line.

Its author knows how to make the hashes, too: whatever a line says, it can be judged by every check
type, no check breaks, and its entries can be written down and read back unchanged.
"""

from __future__ import annotations

import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from grader.errors import JournalError
from grader.journal import EMPTY, GENESIS, Journal, Observation, parse, written
from tests.fuzz.contract import files
from tests.fuzz.judging import every_check, judged

MAX_LINES = 40
_HEAD = re.compile(rb'\{"hash":"[^"]*","prev":"[^"]*",')
_OBSERVED = set(Observation.model_fields)


def _parts() -> list[bytes]:
    """Journals that were recorded, in pieces that are quickly judged."""
    return [
        b"".join(lines[i : i + MAX_LINES])
        for data in files(
            "sample_submission/.grade-lab/journal.jsonl", "rubrics/*.tests/*/*/*.jsonl"
        )
        for lines in [data.splitlines(keepends=True)]
        for i in range(0, len(lines), MAX_LINES)
    ]


SEEDS = _parts()


def check(data: bytes, folder: Path) -> None:
    with suppress(JournalError):
        journal = parse(data)
        assert len(journal.entries) + len(journal.defects) >= journal.lines
        sealed = parse(seal(data))
        judged(every_check(), sealed)
        assert again(sealed) == [entry.model_dump(include=_OBSERVED) for entry in sealed.entries]


def seal(data: bytes) -> bytes:
    """The lines with the hashes that they should have."""
    head, sealed = GENESIS.encode(), []
    for line in data.splitlines()[:MAX_LINES]:
        body = b'"prev":"%s",%s' % (head, _HEAD.sub(b"", line))
        head = sha256(body).hexdigest().encode()
        sealed.append(b'{"hash":"%s",%s\n' % (head, body))
    return b"".join(sealed)


def again(journal: Journal) -> list[dict[str, object]]:
    """What these entries are once they are written and read."""
    lines = b"".join(written(journal.entries, EMPTY, "again", "grade"))
    read = parse(lines)
    assert read.intact
    return [entry.model_dump(include=_OBSERVED) for entry in read.entries]
