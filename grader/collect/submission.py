"""Files of the submission. Nothing outside its folder is read, whatever its links say."""

from __future__ import annotations

import codecs
import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO

from grader import file_facts
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.bounded import digest_of
from grader.collect.redact import is_env_file
from grader.facts import Reason
from grader.misnamed import is_misnamed

TEXT_BYTES = 256 * 1024
FILE_BYTES = 64 * 1024 * 1024
TREE_FILES = 5000
MOSTLY = 20
"""Of so many characters of a text, less than one is none."""
MAX_NAMES = 500
"""Of a folder in which a name is sought."""

SKIPPED = frozenset((".git", ".grade-lab", ".venv", "venv"))
VENV_MARK = "pyvenv.cfg"
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}


def file(folder: Path, path: str) -> file_facts.File:
    """A file with its text.

    Raises:
        AbsentError: it is not there, or not in the submission; told is its wrong name, if it has
            one.
        UnavailableError: it cannot be read.
    """
    try:
        with _opened(_inside(folder, path)) as (opened, size):
            text, encoding = _text(opened.read(TEXT_BYTES + 1))
            opened.seek(0)
            return file_facts.File(
                sha256=digest_of(opened), size=size, text=text, encoding=encoding
            )
    except AbsentError as absent:
        if absent.reason is Reason.NOT_THERE and (other := wrong_name(folder, path)):
            raise AbsentError(absent.reason, other) from absent
        raise


def wrong_name(folder: Path, path: str) -> str | None:
    """The path of the file that is meant to be at ``path``, where it has another name."""
    with suppress(OSError, ValueError, NoAnswerError):  # no such folder, or a closed one
        if not _inside(folder, path).exists():
            beside = _beside(folder / path)
            named = (other.relative_to(folder).as_posix() for other in beside if other.is_file())
            return next((name for name in named if is_misnamed(name, path)), None)
    return None


def _beside(place: Path) -> list[Path]:
    """What is in the folder of a path."""
    return sorted(islice(place.parent.iterdir(), MAX_NAMES))


def env_names(folder: Path, path: str) -> file_facts.EnvNames:
    """The names that an env file sets, by the rules of ``docker run --env-file``.

    Those are in docker/cli, opts/file.go: white space before a name and lines that begin with
    ``#`` do not count. A name without ``=`` is passed on from the shell, if it has it: not set by
    the file. A name with white space in it docker refuses, and a file that is not UTF-8.
    """
    with _opened(_inside(folder, path)) as (opened, _):
        text, encoding = _text(opened.read(TEXT_BYTES + 1))
    if text is None or encoding != "utf-8":
        raise UnavailableError(Reason.UNREADABLE, "not a UTF-8 text, or too long")
    lines = (line.lstrip() for line in text.split("\n"))
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    names = (name for name, equals, _ in pairs if equals and name and name.split() == [name])
    return file_facts.EnvNames(names=tuple(dict.fromkeys(names)))


def tree(folder: Path, path: str) -> file_facts.Tree:
    """The regular files at or below a path, by hash.

    Without version control, virtual environments, and env files, which may hold secrets. It is
    not ``complete`` beyond 5,000 files or 64 MiB, and when one of them cannot be read.
    """
    top = _inside(folder, path)
    files: dict[str, str] = {}
    left = FILE_BYTES
    complete = True
    for place in [top] if top.is_file() else _walk(top):
        if len(files) >= TREE_FILES or left < 0:
            complete = False
            break
        try:
            with _opened(place) as (opened, size):
                left -= size
                files[_name(place, top)] = digest_of(opened)
        except NoAnswerError:
            complete = False
    return file_facts.Tree(
        files=dict(sorted(files.items())), origin="submission", complete=complete
    )


def _name(place: Path, top: Path) -> str:
    name = place.name if place == top else place.relative_to(top).as_posix()
    return os.fsencode(name).decode("utf-8", "replace")


def _walk(top: Path) -> Iterator[Path]:
    if not top.is_dir():
        raise AbsentError(Reason.NOT_THERE, "there is no such file or folder")
    for parent, folders, names in os.walk(top):
        if VENV_MARK in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            place = Path(parent, name)
            if stat.S_ISREG(place.lstat().st_mode) and not is_env_file(name):
                yield place


def _inside(folder: Path, path: str) -> Path:
    """The place of a path, which must still be in the folder once links are followed.

    Where nothing is there, it is that of a name that differs by case alone, or by how Hangul is
    put together: on the learner's computer, Windows or a Mac, both are the same file.
    """
    place = _resolved(folder, path)
    with suppress(OSError):  # no such folder, or a closed one
        if not place.exists():
            alike = (other for other in _beside(place) if _one_name(other) == _one_name(place))
            place = _resolved(folder, next(alike, place))
    return place


def _one_name(place: Path) -> str:
    return unicodedata.normalize("NFC", place.name).casefold()


def _resolved(folder: Path, path: str | Path) -> Path:
    try:
        root = folder.resolve()
        place = (root / path).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a null byte
        raise AbsentError(Reason.NOT_THERE, str(error)) from error
    if not place.is_relative_to(root):
        raise AbsentError(Reason.OUTSIDE, "it leads out of the submission")
    return place


@contextmanager
def _opened(place: Path) -> Iterator[tuple[IO[bytes], int]]:
    """A regular file and its size. To open a pipe could wait for ever."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        size = place.stat().st_size
        if not stat.S_ISREG(place.stat().st_mode):
            raise AbsentError(Reason.NOT_THERE, "not a regular file")
        if size > FILE_BYTES:
            raise UnavailableError(Reason.TOO_LARGE, f"{size} bytes")
        with open(os.open(place, flags), "rb") as opened:  # noqa: PTH123 # a descriptor
            yield opened, size
    except OSError as error:
        words = error.strerror or str(error)
        if error.errno in _NOT_THERE:
            raise AbsentError(Reason.NOT_THERE, words) from error
        raise UnavailableError(Reason.UNREADABLE, words) from error


def _text(beginning: bytes) -> tuple[str | None, file_facts.Encoding]:
    """A text without its byte order mark, and what it was saved in; None when it is no text.

    UTF-16 is what PowerShell writes and Notepad offers, CP949 what Korean Windows calls ANSI. What
    `>>` of PowerShell puts behind UTF-8 takes nothing from what stands there.
    """
    if len(beginning) > TEXT_BYTES:
        return None, "utf-8"
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with suppress(UnicodeDecodeError):
            return beginning.decode("utf-16"), "utf-16"
        return None, "utf-8"
    with suppress(UnicodeDecodeError):
        return beginning.removeprefix(codecs.BOM_UTF8).decode(), "utf-8"
    with suppress(UnicodeDecodeError):
        if b"\0" not in beginning:
            return beginning.decode("cp949"), "cp949"
    text = beginning.decode(errors="replace")
    return (text, "mixed") if text.count("\ufffd") * MOSTLY < len(text) else (None, "utf-8")
