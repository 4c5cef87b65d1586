"""Challenges: a token for each learner, which nobody makes without the course's secret. Pure.

A token is the HMAC-SHA256 of course and learner under the secret, its first 128 bits. A verifier is
the SHA-256 of course, learner and token: who has it can tell whether a token is right, and cannot
find one. So verifiers are public, and judging needs no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import b32encode
from collections.abc import Iterator

LABEL = "grade-lab.challenge"
"""The image label that holds the token, unless a rubric names another."""

PREFIX = "gl-"
TOKEN_BYTES = 16
_DIGITS = "[a-z2-7]{26}"  # of base32 without its padding
_TOKEN = re.compile(rf"(?<![a-z0-9]){PREFIX}{_DIGITS}(?![a-z0-9])", re.ASCII | re.IGNORECASE)
_VERIFIER = "[0-9a-f]{64}"
_VERIFIERS = re.compile(rf"{_VERIFIER}(?:\n{_VERIFIER})*")


def token(secret: bytes, course: str, learner: str) -> str:
    """The token of a learner in a course, such as ``gl-`` and 26 letters and digits."""
    digest = hmac.digest(secret, _identity(course, learner), "sha256")[:TOKEN_BYTES]
    return PREFIX + b32encode(digest).decode().rstrip("=").lower()


def verifier(course: str, learner: str, token: str) -> str:
    """What tells that a token is this learner's: 64 hexadecimal digits."""
    return hashlib.sha256(_identity(course, learner) + b"\0" + token.encode()).hexdigest()


def are_verifiers(text: str) -> bool:
    """Whether a text is verifiers, one a line, and nothing else."""
    return _VERIFIERS.fullmatch("\n".join(text.split())) is not None


def is_token(text: str) -> bool:
    """Whether a text is well formed as a token; letter case does not count."""
    return _TOKEN.fullmatch(text) is not None


def own_token(text: str, course: str, learner: str, verifiers: str) -> str:
    """The token of this very learner that stands in a text; empty when none does.

    ``verifiers`` holds those of the course, one a line.
    """
    return next((t for t in _tokens(text) if verifier(course, learner, t) in verifiers), "")


def _tokens(text: str) -> Iterator[str]:
    yield from dict.fromkeys(match[0].lower() for match in _TOKEN.finditer(text))


def _identity(course: str, learner: str) -> bytes:
    # The same name may come composed from one computer and decomposed from another.
    names = (unicodedata.normalize("NFC", name.strip()) for name in (course, learner))
    return "\0".join(names).encode("utf-8", "replace")
