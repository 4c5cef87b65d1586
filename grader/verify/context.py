"""What a build gets of a submission: its files by Docker's own rules, bounded, in a tar archive."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from grader.checking.ignore_patterns import matcher
from grader.collect import submission as files
from grader.collect.answer import AbsentError, UnavailableError
from grader.facts import Reason

MAX_FILES = 20_000
MAX_BYTES = 256 * 1024 * 1024
MAX_PATTERNS, MAX_PATTERN = 500, 500
IGNORE_FILE = ".dockerignore"
LEFT_OUT = frozenset((".git", ".grade-lab"))


def build_context(folder: Path, dockerfile: str) -> IO[bytes]:
    """The files that ``docker build`` would send, as a tar archive to be read from its start.

    Links are sent as links, as Docker does, and not followed. Version control and grade-lab's own
    folder are left out.

    Raises:
        AbsentError: there is no such Dockerfile in the submission.
        UnavailableError: it cannot be read, or is more than is taken.
    """
    files.file(folder, dockerfile)
    ignored = _Ignored(folder, keep=frozenset((dockerfile, IGNORE_FILE)))
    archive = TemporaryFile()  # noqa: SIM115 # it is the caller's
    try:
        with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
            left = MAX_BYTES
            for count, (path, name) in enumerate(_walk(folder, ignored), 1):
                with suppress(OSError):  # it may vanish, or nobody may read it
                    left -= _add(tar, path, name)
                if left < 0 or count > MAX_FILES:
                    raise UnavailableError(Reason.TOO_LARGE, "a build context larger than taken")
        archive.seek(0)
    except BaseException:
        archive.close()
        raise
    return archive


def _walk(folder: Path, ignored: _Ignored) -> Iterator[tuple[Path, str]]:
    for parent, folders, names in os.walk(folder):
        if Path(parent) == folder:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        folders.sort()
        for entry in sorted([*folders, *names]):
            path = Path(parent, entry)
            name = path.relative_to(folder).as_posix()
            if not ignored.matches(name):
                yield path, name


def _add(tar: tarfile.TarFile, path: Path, name: str) -> int:
    mode = path.lstat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
        return 0  # a pipe or a socket: nothing of it can be sent
    info = tar.gettarinfo(path, name)
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    if not stat.S_ISREG(mode):
        tar.addfile(info)
        return 0
    info.type = tarfile.REGTYPE  # not a hard link to one that is ignored
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 # a descriptor
        info.size = os.fstat(file.fileno()).st_size
        if info.size <= MAX_BYTES:
            tar.addfile(info, file)
    return info.size


class _Ignored:
    """The patterns of ``.dockerignore``; what ``keep`` names is never ignored."""

    def __init__(self, folder: Path, keep: frozenset[str]) -> None:
        self._keep = keep
        try:
            text = files.file(folder, IGNORE_FILE).text or ""
        except AbsentError:
            text = ""
        lines = [line.strip() for line in text.split("\n") if not line.startswith("#")]
        lines = [line for line in lines if line]
        if len(lines) > MAX_PATTERNS or any(len(line) > MAX_PATTERN for line in lines):
            raise UnavailableError(Reason.UNSUPPORTED, "a .dockerignore that is too complicated")
        try:
            self._matcher = matcher(lines)
        except ValueError as error:
            raise AbsentError(Reason.NOT_THERE, f".dockerignore: {error}") from error

    def matches(self, name: str) -> bool:
        """Whether the file or folder of this name stays out; what is in a folder is asked alone."""
        shown = os.fsencode(name).decode("utf-8", "replace")
        return name not in self._keep and bool(self._matcher.matches(shown))
