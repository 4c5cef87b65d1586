"""What an engine's answer means, or that there is none, and how much of it is read.

Source: Docker Engine API, its errors.
"""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from threading import Event
from typing import Any

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason

Payload = Mapping[str, Any]
"""A JSON object of the engine. Its keys come and go with versions: read it with ``get``."""

CHUNK_BYTES = 64 * 1024
MAX_BYTES = 64 * 1024 * 1024
"""Of an answer that is no stream: some hundred bytes for each of very many containers."""


def pieces_of(response: Any, over: Event) -> Iterator[bytes]:
    """What comes, as it comes, until ``over`` is set."""
    try:
        while not over.is_set() and (piece := response.raw.read1(CHUNK_BYTES)):
            yield piece
    except Exception:
        if not over.is_set():
            raise
    if over.is_set():
        raise UnavailableError(Reason.TIMEOUT, "it takes too long to read")


def shut(response: Any) -> None:
    """Shut the connection down, so that whoever reads from it goes on."""
    with suppress(
        AttributeError, OSError
    ):  # one that the engine ends with its answer is kept by the file
        connection = response.raw.connection
        sock = connection.sock if connection and connection.sock else response.raw._fp.fp.raw._sock  # noqa: SLF001
        sock.shutdown(socket.SHUT_RDWR)


def read_whole(response: Any, *, stream: bool = False, **_: Any) -> None:
    """Read an answer that is no stream before the libraries do, which would read without end."""
    if stream:
        return
    try:
        body = _joined(iter(lambda: response.raw.read1(CHUNK_BYTES), b""))
    except UnavailableError:
        response.close()
        raise
    response._content, response._content_consumed = body, True  # noqa: SLF001


def json_in(pieces: Iterator[bytes]) -> object:
    """An answer that comes in pieces."""
    try:
        return json.loads(_joined(pieces))
    except ValueError:
        raise odd() from None


def _joined(pieces: Iterator[bytes]) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > MAX_BYTES:
            raise UnavailableError(Reason.TOO_LARGE, "more bytes than grade-lab reads")
    return bytes(body)


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
    if "not logging output" in words:  # Podman's 500 where Docker answers 501
        return UnavailableError(Reason.UNSUPPORTED, words, status)
    reasons = {401: Reason.PERMISSION, 403: Reason.PERMISSION, 501: Reason.UNSUPPORTED}
    return UnavailableError(reasons.get(status, Reason.ENGINE_ERROR), words, status)


def message_of(body: bytes) -> str:
    """The engine's words in the body of an error."""
    text = body.decode("utf-8", "replace")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, LookupError, TypeError):
        return text


_PIPE_ERRORS = {
    2: Reason.ENGINE_UNREACHABLE,  # ERROR_FILE_NOT_FOUND
    5: Reason.PERMISSION,  # ERROR_ACCESS_DENIED
    109: Reason.ENGINE_UNREACHABLE,  # ERROR_BROKEN_PIPE
    231: Reason.ENGINE_UNREACHABLE,  # ERROR_PIPE_BUSY
    232: Reason.ENGINE_UNREACHABLE,  # ERROR_NO_DATA
    233: Reason.ENGINE_UNREACHABLE,  # ERROR_PIPE_NOT_CONNECTED
}
"""Error codes of Windows, winerror.h."""


def reason_of(causes: Sequence[BaseException]) -> Reason:
    """What it means that there is no answer, by all that it was caused by."""
    from requests.exceptions import JSONDecodeError, ReadTimeout
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    if any(getattr(cause, "errno", 0) in {errno.EACCES, errno.EPERM} for cause in causes):
        return Reason.PERMISSION
    for cause in causes:  # a named pipe's errors are no OSErrors
        if reason := _PIPE_ERRORS.get(getattr(cause, "winerror", None) or 0):
            return reason
    kinds: list[tuple[tuple[type[BaseException], ...], Reason]] = [
        ((ReadTimeout, ReadTimeoutError, TimeoutError), Reason.TIMEOUT),
        ((JSONDecodeError, LookupError, TypeError), Reason.ENGINE_ERROR),
        ((OSError, HTTPError), Reason.ENGINE_UNREACHABLE),  # those of requests are OSErrors, too
    ]
    for kind, reason in kinds:
        if any(isinstance(cause, kind) for cause in causes):
            return reason
    return Reason.ENGINE_ERROR


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error and those it was made from: the libraries pass them on in several ways."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < 20:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__]
