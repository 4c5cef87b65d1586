"""What a registry's answer means. Statuses and errors: the OCI distribution specification."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

API = "Docker-Distribution-Api-Version"
MAX_BYTES = 4 * 1024 * 1024
"""Of a manifest or a configuration; registries take no larger manifests."""
MAX_ERROR_BYTES = 8 * 1024


class RateLimitedError(UnavailableError):
    """The registry wants no more requests, for so many ``seconds`` where it says so."""

    def __init__(self, detail: str, seconds: float | None) -> None:
        super().__init__(Reason.RATE_LIMITED, detail, 429)
        self.seconds = seconds


def content_of(response: BaseHTTPResponse, limit: int = MAX_BYTES) -> bytes:
    """The body of a success. Raises AbsentError and UnavailableError for anything else."""
    if response.status != 200:
        raise refusal(response)
    content = response.read(limit + 1)
    if len(content) > limit:
        raise UnavailableError(Reason.TOO_LARGE, "more bytes than grade-lab reads")
    return content


def refusal(response: BaseHTTPResponse) -> NoAnswerError:
    """What an answer that is no success means."""
    status, words = response.status, response.read(MAX_ERROR_BYTES).decode("utf-8", "replace")
    if status == 404 and (API in response.headers or '"errors"' in words):
        return AbsentError(Reason.NOT_THERE, words, status)  # a registry says so, not any server
    if status == 429:
        wait = str(response.headers.get("Retry-After") or "")
        return RateLimitedError(f"Retry-After: {wait}" if wait else words, _seconds(wait))
    reason = Reason.DENIED if status in {401, 403} else Reason.REGISTRY_UNREACHABLE
    return UnavailableError(reason, f"HTTP {status} {words}", status)


def _seconds(retry_after: str) -> float | None:
    """How long a Retry-After wants us to wait: it holds seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0)
    except (ValueError, OverflowError):
        return None
