"""Whether the sandbox, and not the learner, may be why an image does not work. Pure.

Errs on the side of the sandbox: what it may have caused is judged by a person, not as a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.facts import WRONG_PROCESSOR, Logs
from grader.rubric.sandbox import Sandbox

LAST_CHARS = 4096
MAX_TOLD = 200
ROOT = {"", "0", "root"}

# What each limit is told as, by the C library and by runtimes that have words of their own.
_ALWAYS = (
    f"{WRONG_PROCESSOR}|"
    "cannot allocate memory|out of memory|resource temporarily unavailable|can't start new thread"
    "|no space left|file too large|file size limit|too many open files"
)
_WITHOUT_CAPABILITIES = "operation not permitted|permission denied"
_READ_ONLY = "read-only file system"
_WITHOUT_NETWORK = (
    "name resolution|name or service not known|network is unreachable|no route to host"
    "|could not resolve|enotfound|eai_again|connection timed out|no such host|i/o timeout"
)


def hindered(log: Logs, sandbox: Sandbox, user: str) -> str:
    """The last line of a log that tells of something that the sandbox forbids; empty without one.

    ``user`` is whom the image runs as: only root has capabilities to lose.
    """
    signs = re.compile("|".join(_signs(sandbox, user)), re.IGNORECASE)
    for text in (log.stderr, log.stdout):
        for line in reversed(text[-LAST_CHARS:].splitlines()):
            if signs.search(line):
                return line.strip()[:MAX_TOLD]
    return ""


def _signs(sandbox: Sandbox, user: str) -> Iterator[str]:
    yield _ALWAYS
    if (sandbox.user or user).partition(":")[0] in ROOT or sandbox.user:
        yield _WITHOUT_CAPABILITIES
    if sandbox.read_only:
        yield _READ_ONLY
    if not sandbox.network:
        yield _WITHOUT_NETWORK
