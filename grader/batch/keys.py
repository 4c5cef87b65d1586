"""What a row depends on, as hashes: where a hash is the same, the row is, too."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from grader import __version__
from grader.batch.clones import is_git_url
from grader.batch.identify import Identity
from grader.batch.model import Assignment, Candidate
from grader.result import Override
from grader.rubric.model import Rubric
from grader.submission import JOURNAL

OURS = ("checks", "grader")
"""The packages of grade-lab itself."""
HERE = Path(__file__).parents[2]
"""Where they are."""
GLANCE_FILES = 2_000
GLANCE_BYTES = 50_000_000
"""More than this is not hashed at a glance, so that nothing can hold up the others for long."""


def basis(assignment: Assignment, rubric: Rubric) -> str:
    """What all rows of a class depend on; roster and overrides as a whole.

    Raises:
        OSError: one of the files cannot be read.
    """
    files = (assignment.roster, assignment.overrides)
    return _hash(
        *_same_for_all(assignment, rubric),
        *(_sha256(path) if path else "" for path in files),
    )


def key(
    assignment: Assignment,
    rubric: Rubric,
    identity: Identity,
    mine: Mapping[str, Override],
    folder: Path,
) -> str:
    """What a row depends on: of roster and overrides only what concerns this learner."""
    enrolled = identity.enrolled
    return _hash(
        *_same_for_all(assignment, rubric),
        identity.learner,
        identity.email,
        sorted(identity.variables.items()),
        identity.notices,
        (enrolled.line, enrolled.submitted_at) if enrolled else None,
        sorted(mine.items()),
        *_content(folder),
    )


def glance(basis: str, candidate: Candidate) -> str:
    """What tells cheaply that nothing at all has changed; empty where that cannot be told.

    Nothing of the learner's is parsed for it, and an archive is not unpacked.
    """
    if is_git_url(candidate.source):
        return ""
    source = Path(candidate.source)
    enrolled = candidate.enrolled.line if candidate.enrolled else None
    known = (basis, enrolled, candidate.named, candidate.notices)
    try:
        if _is_too_much(source):
            return ""
        return _hash(*known, *(_content(source) if source.is_dir() else [_sha256(source)]))
    except OSError:
        return ""


def _same_for_all(assignment: Assignment, rubric: Rubric) -> Iterator[object]:
    """What the row of everybody depends on."""
    yield from (__version__, _own_code(), rubric.sha256)
    yield from (assignment.settings, assignment.formats, assignment.lang)
    yield from _foreign_code(rubric)


@cache
def _own_code() -> str:
    """A hash of our modules: from one state to the next their version may well be the same."""
    modules = (path for name in OURS for path in (HERE / name).rglob("*.py"))
    return _hash(*(_sha256(path) for path in sorted(modules)))


def _foreign_code(rubric: Rubric) -> Iterator[str]:
    """Hashes of the modules of check types that others wrote."""
    checks = (check for objective in rubric.objectives for check in objective.checks)
    for name in sorted({type(check).__module__ for check in checks}):
        if name.partition(".")[0] not in OURS:
            file = Path(getattr(sys.modules.get(name), "__file__", None) or "")
            beside = file.parent.glob("*.py") if "." in name or file.stem == "__init__" else [file]
            yield from (_sha256(path) for path in sorted(beside) if path.is_file())


def newest(folder: Path) -> datetime:
    """When a file in it was changed last, to the second."""
    seconds = max(
        (entry.stat(follow_symlinks=False).st_mtime for entry in _files(folder)), default=0
    )
    return datetime.fromtimestamp(int(seconds), UTC)


def _content(folder: Path) -> Iterator[object]:
    """What is in a folder. The time counts where no journal tells it: it dates the result."""
    yield None if (folder / JOURNAL).is_file() else newest(folder)
    for entry in _files(folder):
        yield entry.path[len(str(folder)) :]
        if entry.is_symlink():
            yield Path(entry.path).readlink()
        elif entry.is_file():  # a pipe would never end
            yield _sha256(Path(entry.path))


def _is_too_much(source: Path) -> bool:
    sizes = (
        (entry.stat(follow_symlinks=False).st_size for entry in _files(source))
        if source.is_dir()
        else [source.stat().st_size]
    )
    total = 0
    for count, size in enumerate(sizes, 1):
        total += size
        if count > GLANCE_FILES or total > GLANCE_BYTES:
            return True
    return False


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All but folders, and what git keeps, in an order that is the same everywhere.

    A link to a folder is not followed.
    """
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif entry.name != ".git":
                waiting.append(entry.path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(*parts: object) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()
