"""Pieces of logs and pages that are the same whenever and wherever an app runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

SHORTEST, LONGEST = 6, 100
MAX_LINES, MAX_LINE = 400, 1000

# Times, dates, ids, addresses, versions, process ids and durations.
_VARYING = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]\S+)?|\d{1,2}/\w{3}/\d{4}\S*|\b\w{3} \w{3} +\d{1,2}\b"
    r"|\d{1,2}:\d{2}(?::\d{2})?\S*|\d+\.\d+(?:\.\d+)*\S*|\b(?=[a-f]*\d)[0-9a-f]{6,}\S*"
    r"|\[\d+\]|[#(]\d+[:)]?|\b\d{5,}\b|\b\d+ ?(?:ms|us|µs|s|sec|seconds|bytes|[KMG]i?B)\b"
    r"|(?i:\bp?id)[ :=]+\d+|\*\*\*|\ufffd|[\x00-\x1f\x7f-\x9f]",
)
_REQUEST = re.compile(r"\bHTTP/\d|\b(?:GET|HEAD|POST) /")
_TROUBLE = re.compile(r"(?i)error|warn|traceback|fail|exception|deprecat")
_READY = re.compile(r"(?i)listen|start|ready|running|serving|accept|hello|열|시작|준비|실행")
_TAGS = re.compile(r"<(title|h1|h2|p)\b[^<>]{0,200}>([^<>]{1,200})</\1>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{0,300}>")


def of_logs(texts: Iterable[str], differing: Sequence[str]) -> str | None:
    """The piece of a line that tells most that an app works, and that most of the logs have.

    ``differing`` are texts that differ between learners: no piece holds one.
    """
    seen: Counter[str] = Counter()
    for text in texts:
        lines = [line for line in text.splitlines()[:MAX_LINES] if not _REQUEST.search(line)]
        pieces = [piece for line in lines for piece in _pieces(line, differing)]
        seen.update(list(dict.fromkeys(pieces)))
    if not seen:
        return None
    most = max(seen.values())
    return max(
        (piece for piece, count in seen.items() if count == most),
        key=lambda piece: (
            not _TROUBLE.search(piece),
            bool(_READY.search(piece)),
            " " in piece,
            len(piece),
        ),
    )


def of_page(body: str, differing: Sequence[str]) -> str | None:
    """The title or first heading of a page; of what is none, its first piece of text."""
    marked = [match[2] for match in _TAGS.finditer(body[:20_000])]
    lines = marked or _MARKUP.sub("\n", body[:20_000]).splitlines()
    for line in lines[:MAX_LINES]:
        pieces = _pieces(line, differing, shortest=2)
        if pieces:
            return max(pieces, key=len)
    return None


def _pieces(line: str, differing: Sequence[str], shortest: int = SHORTEST) -> list[str]:
    parts = _VARYING.split(line[:MAX_LINE])
    for text in filter(None, differing):
        parts = [piece for part in parts for piece in part.split(text)]
    pieces = (part.strip(" \t-:,;|=>[]()\"'")[:LONGEST].rstrip() for part in parts)
    return [
        piece
        for piece in pieces
        if len(piece) >= shortest
        and sum(char.isalpha() for char in piece) * 2 >= len(piece)
        and piece.isprintable()
    ]
