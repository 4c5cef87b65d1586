"""Archives read from a stream, bounded in bytes and number of files; nothing is unpacked."""

from __future__ import annotations

import hashlib
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from grader.collect import redact
from grader.collect.answer import UnavailableError
from grader.facts import Reason

try:
    from lzma import LZMAError
except ImportError:  # Python is built without it where its headers were not there
    LZMAError = EOFError  # type: ignore[assignment,misc]

MAX_FILES = 20_000
CHUNK_BYTES = 256 * 1024


class Readable(Protocol):
    """Something to read from its beginning to its end."""

    def read(self, size: int, /) -> bytes: ...


class BoundedReader:
    """A file to read made of pieces. Raises UnavailableError beyond so many bytes."""

    def __init__(self, pieces: Iterator[bytes], max_bytes: int) -> None:
        self._pieces = pieces
        self._left = max_bytes
        self._rest = b""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; none at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
            self._left -= len(self._rest)
            if self._left < 0:
                raise UnavailableError(Reason.TOO_LARGE, "more bytes than grade-lab reads")
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


class Hashes:
    """The SHA-256 of an archive's regular files, by the place that each has.

    ``complete`` turns false when there are more than the bounds allow.
    """

    def __init__(self, max_bytes: int) -> None:
        self.files: dict[str, str] = {}
        self.complete = True
        self._left = max_bytes
        self._by_name: dict[str, str] = {}

    def add(self, place: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> bool:
        """Add a member that is a regular file, or a hard link to one; whether more are taken."""
        if member.islnk():
            # Its bytes stand where the archive has the file's first name.
            digest = self._by_name.get(posixpath.normpath(member.linkname))
        elif member.isfile() and redact.is_env_file(posixpath.basename(place)):
            digest = ""  # that it is there is told, what it holds is not read
        elif member.isfile():
            digest = self._digest(tar, member)
        else:
            return True
        if digest is None:
            return self.complete
        self._by_name[posixpath.normpath(member.name)] = digest
        self.files[place] = digest
        return True

    def _digest(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> str | None:
        self._left -= member.size  # of a sparse file, its size with the holes
        file = tar.extractfile(member)
        if self._left < 0 or len(self.files) >= MAX_FILES or file is None:
            self.complete = False
            return None
        return digest_of(file)


def digest_of(file: Readable) -> str:
    """The SHA-256 of what is left of a file."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def open_tar(file: Readable) -> Iterator[tarfile.TarFile]:
    """A tar archive, compressed or not, to be gone through once.

    Raises:
        UnavailableError: it is broken.
    """
    try:
        with tarfile.open(fileobj=file, mode="r|*", errors="replace") as tar:  # type: ignore[call-overload]
            yield tar
    except (tarfile.TarError, zlib.error, LZMAError, EOFError, OSError, ValueError) as error:
        raise UnavailableError(Reason.ENGINE_ERROR, f"a broken archive: {error}") from error


def lies_in(path: str, folder: str) -> bool:
    """Whether an absolute path is the folder's or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def relative(path: str, folder: str) -> str:
    """A path relative to a folder that it lies in; a file that is asked for itself by its name."""
    return posixpath.basename(path) if path == folder else path[len(folder.rstrip("/")) + 1 :]
