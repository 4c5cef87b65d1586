"""Archives that learners hand in, unpacked so that nothing in them can do harm.

Only regular files and folders come out, inside the folder given, and within bounds. The standard
library reads the formats; what may come out is decided here, member by member, for all formats
alike. Its own `extractall` filters know no bounds, and of zip files trust even the names.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.batch.members import (
    DAMAGE,
    Member,
    RefusedError,
    decompressed,
    format_of,
    tar_members,
    zip_members,
)
from grader.batch.names import RefusedNameError, is_litter, shown
from grader.batch.writing import MB, Bounds, LeftOut, write
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.submission import LAB_FILE
from grader.system_error import reason_of

NESTED = 3
"""How many folders deep a submission may lie in its archive."""

SUBMISSION = Bounds()
EXPORT = Bounds(total=200_000 * MB, file=2_000 * MB, members=2_000_000, seconds=7_200, ratio=None)
"""Of an export that holds a class, which an LMS made and an instructor downloaded."""


def unpack(
    archive: Path,
    folder: Path,
    tell: Callable[[Message], None] = lambda _: None,
    bounds: Bounds = SUBMISSION,
) -> Path:
    """Unpack a submission into ``folder``, which is made; the folder in it that is the submission.

    ``tell`` is told what was left out, such as links.

    Raises:
        GradeLabError: the archive is refused or damaged, and nothing of it is left.
    """
    with members_of(archive, bounds) as members, cleared(folder, archive.name):
        left_out = write(members, folder, bounds, size=archive.stat().st_size)
        root = root_of(folder)
        _check_content(root)
    for message in summary(left_out):
        tell(message)
    return root


def unpack_export(archive: Path, folder: Path, bounds: Bounds = EXPORT) -> list[LeftOut]:
    """Unpack what holds a class. What is bad in it is left out, so it costs nobody else.

    Raises:
        GradeLabError: the archive is damaged, or larger than ``bounds``; nothing of it is left.
    """
    with members_of(archive, bounds) as members, cleared(folder, archive.name):
        return write(members, folder, bounds, strict=False)


def summary(left_out: Iterable[LeftOut]) -> Iterator[Message]:
    """What was left out, in few words: one of each reason, and how many more."""
    by_reason: dict[str, list[Message]] = {}
    for one in left_out:
        by_reason.setdefault(one.reason.template, []).append(one.reason)
    for first, *others in by_reason.values():
        if others:
            yield msg("left out: {first} (and {count} more)", first=first, count=len(others))
        else:
            yield msg("left out: {first}", first=first)


@contextmanager
def members_of(archive: Path, bounds: Bounds) -> Iterator[Iterator[Member]]:
    """The members of an archive; whatever is wrong with it becomes a GradeLabError."""
    with _in_words(archive.name):
        form = format_of(archive)
        if form == "zip":
            yield zip_members(archive, bounds.members)
        elif form in {"7z", "rar"}:
            raise RefusedError(msg("it is a {format} archive, not zip or tar.gz", format=form))
        elif form:
            with decompressed(archive, form) as stream:
                yield tar_members(stream, bounds.total + 2048 * bounds.members)
        else:
            raise RefusedError(msg("it is neither a zip nor a tar archive"))


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    reason: Message | str
    try:
        yield
    except (RefusedError, RefusedNameError) as error:
        reason = error.message
    except DAMAGE:
        reason = msg("it is damaged")
    except OSError as error:
        reason = reason_of(error) if error.errno else msg("it is damaged")
    else:
        return
    raise GradeLabError(
        msg("{name} cannot be unpacked: {reason}", name=shown(name), reason=reason),
        msg("ask for it again, as a zip or tar.gz of the project's folder"),
    )


@contextmanager
def cleared(folder: Path, name: str) -> Iterator[None]:
    """Make ``folder``, which must be new or empty, and take it away again if anything fails."""
    with _in_words(name):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RefusedError(msg("the folder {folder} is not empty", folder=folder))
        try:
            yield
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _check_content(root: Path) -> None:
    inside = list(root.iterdir())
    if not inside:
        raise RefusedError(msg("nothing in it can be used"))
    if len(inside) == 1 and inside[0].is_file() and format_of(inside[0]):
        raise RefusedError(msg("it holds only another archive"))


def root_of(folder: Path) -> Path:
    """The folder of ``lab.yaml``; else the innermost of folders that hold only each other."""
    level = [folder]
    for _ in range(NESTED + 1):
        having = [path for path in level if (path / LAB_FILE).is_file()]
        if having:
            return having[0] if len(having) == 1 else folder
        level = [path for parent in level for path in _folders(parent)]
    return innermost(folder)


def innermost(folder: Path, until: Callable[[Path], bool] = lambda _: False) -> Path:
    """The innermost of folders that hold only each other, at most `NESTED` deep.

    One of which ``until`` says so is not gone into.
    """
    for _ in range(NESTED):
        inside = [path for path in folder.iterdir() if not is_litter(path.name)]
        if len(inside) != 1 or inside[0].is_symlink() or not inside[0].is_dir():
            break
        if until(inside[0]):
            break
        folder = inside[0]
    return folder


def _folders(parent: Path) -> list[Path]:
    with os.scandir(parent) as entries:
        return [
            Path(e.path) for e in entries if e.is_dir(follow_symlinks=False) and e.name[0] != "."
        ]
