"""Why the operating system refused something, in words that can be translated."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from grader.messages import Message, msg

_WORDS = {
    errno.ENOSPC: msg("No space left on device"),
    errno.EDQUOT: msg("Disk quota exceeded"),
    errno.EFBIG: msg("File too large"),
    errno.EACCES: msg("Permission denied"),
    errno.EPERM: msg("Operation not permitted"),
    errno.EROFS: msg("Read-only file system"),
    errno.ENOENT: msg("No such file or directory"),
    errno.EEXIST: msg("File exists"),
    errno.EISDIR: msg("Is a directory"),
    errno.ENOTDIR: msg("Not a directory"),
    errno.ENOTEMPTY: msg("Directory not empty"),
    errno.ENAMETOOLONG: msg("File name too long"),
    errno.ELOOP: msg("Too many levels of symbolic links"),
    errno.EIO: msg("Input/output error"),
    errno.ESTALE: msg("Stale file handle"),
    errno.EBUSY: msg("Device or resource busy"),
    errno.ETXTBSY: msg("Text file busy"),
    errno.EMFILE: msg("Too many open files"),
    errno.ENFILE: msg("Too many open files in system"),
    errno.ENOMEM: msg("Cannot allocate memory"),
    errno.EAGAIN: msg("Resource temporarily unavailable"),
    errno.ECONNREFUSED: msg("Connection refused"),
    errno.EADDRINUSE: msg("Address already in use"),
    errno.EPIPE: msg("Broken pipe"),
    errno.EINVAL: msg("Invalid argument"),
}
"""In English they are POSIX's own, as most systems print them and most help on the web has them."""

_OF_CONNECTIONS = (
    msg("Failed to establish a new connection"),
    msg("Failed to resolve"),
    msg("Name or service not known"),
    msg("Temporary failure in name resolution"),
    msg("it takes too long to answer"),
    msg("questions in a row were not answered in time"),
    msg("the proxy cannot be used"),
)
"""Of urllib3, getaddrinfo and our own looks."""


@cache
def _known() -> tuple[Mapping[str, Message], re.Pattern[str]]:
    """The reasons by their English words, and what finds them: few gradings need it."""
    known = {reason.template: reason for reason in (*_WORDS.values(), *_OF_CONNECTIONS)}
    return known, re.compile(f"({'|'.join(sorted(known, key=len, reverse=True))})")


def reason_of(error: OSError) -> Message | str:
    """Why: what the error is known by, or the words that came with it."""
    return _WORDS.get(error.errno or 0) or error.strerror or str(error)


def to_write_again(error: OSError, path: Path) -> Message:
    """What to do so that ``path``, which could not be written, can be."""
    if sys.platform != "win32" and error.errno in {errno.EACCES, errno.EPERM}:
        return msg(
            "make the folder writable; if it belongs to root, because grade-lab ran with `sudo` "
            'once, make it yours: `sudo chown -R $USER "{folder}"`',
            folder=next((above for above in path.parents if above.exists()), path.parent),
        )
    return msg("free some disk space, or make the folder writable, and run the command again")


def translatable(words: Message | str) -> Message | str:
    """Words that were kept in English: the reasons in them that are known can be translated."""
    if isinstance(words, Message):
        return words
    known, reason = _known()
    pieces = [known.get(piece, piece) for piece in reason.split(words)]
    if len(pieces) == 1:
        return words
    values = {f"piece{number}": piece for number, piece in enumerate(pieces)}
    return Message("".join(f"{{{name}}}" for name in values), values)
