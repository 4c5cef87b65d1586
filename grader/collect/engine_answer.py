"""What an engine's answer means, and how much of it is read: Docker Engine API, its errors."""

from __future__ import annotations

import json
from typing import Any

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason

CHUNK_BYTES = 64 * 1024
MAX_BYTES = 64 * 1024 * 1024
"""Of an answer that is no stream: some hundred bytes for each of very many containers."""


def read_whole(response: Any, *, stream: bool = False, **_: Any) -> None:
    """Read an answer that is no stream before the libraries do, which would read without end."""
    if stream:
        return
    body = bytearray()
    while piece := response.raw.read1(CHUNK_BYTES):
        body += piece
        if len(body) > MAX_BYTES:
            response.close()
            raise UnavailableError(Reason.TOO_LARGE, "more bytes than grade-lab reads")
    response._content, response._content_consumed = bytes(body), True  # noqa: SLF001


def refusal(status: int, words: str) -> NoAnswerError:
    """What a status of 400 and above means, with the engine's own words."""
    if status == 404:
        return AbsentError(Reason.NOT_THERE, words, status)
    reasons = {401: Reason.PERMISSION, 403: Reason.PERMISSION, 501: Reason.UNSUPPORTED}
    return UnavailableError(reasons.get(status, Reason.ENGINE_ERROR), words, status)


def message_of(body: bytes) -> str:
    """The engine's words in the body of an error."""
    text = body.decode("utf-8", "replace")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, LookupError, TypeError):
        return text
