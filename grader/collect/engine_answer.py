"""What an engine's answer means, and how much of it is read: Docker Engine API, its errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason

CHUNK_BYTES = 64 * 1024
MAX_BYTES = 64 * 1024 * 1024
"""Of an answer that is no stream: some hundred bytes for each of very many containers."""


def pieces_of(response: Any, seconds: float | None) -> Iterator[bytes]:
    """What comes, as it comes: whoever waits for much would not see that time is up."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while piece := response.raw.read1(CHUNK_BYTES):
        yield piece
        if deadline is not None and time.monotonic() > deadline:
            raise UnavailableError(Reason.TIMEOUT, "it takes too long to read")


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


def object_with(key: str, answer: object) -> dict[str, Any]:
    """An answer that is an object and tells about ``key``, if there is one."""
    if not isinstance(answer, dict) or (key and not answer.get(key)):
        raise odd()
    return answer


def list_of_objects(answer: object) -> list[Mapping[str, Any]]:
    """An answer that is a list; null, where there are none."""
    if answer is None:
        return []
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise odd()
    return answer


def odd() -> UnavailableError:
    """No answer of an engine's."""
    return UnavailableError(Reason.ENGINE_ERROR, "an answer of an unknown form")


def refusal(status: int, words: str) -> NoAnswerError:
    """What a status that is no success means, with the engine's own words."""
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
