"""Finding the submissions in what an instructor has: a folder, an export, or a roster."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from grader import csv_text
from grader.batch import exports
from grader.batch.archives import innermost, root_of, summary, unpack_export
from grader.batch.clones import is_git_url
from grader.batch.members import format_of
from grader.batch.model import Candidate, Enrolled, Named
from grader.batch.names import safe_label, shown, unique
from grader.batch.roster import Roster
from grader.batch.writing import LeftOut
from grader.errors import GradeLabError
from grader.messages import Message, msg
from grader.submission import LAB_FILE
from grader.system_error import reason_of

TOLD_NAMES = 3

Kind = Enum("Kind", "FOLDER ARCHIVE ROSTER")
"""What holds, or names, the submissions of a class."""


def discover(source: Path, roster: Roster | None, scratch: Path) -> Iterator[Candidate]:
    """The submissions in ``source``, by label; of each learner's attempts in an export the newest.

    ``source`` is a folder of folders and archives, an archive that holds them all, or a roster that
    tells where they are. An archive that holds them all is unpacked into ``scratch``, which the
    caller removes when they have been judged.

    Raises:
        GradeLabError: there is no such file, it is none of these, or it holds no submission.
    """
    found = list(_found(source, roster, scratch))
    if not found:
        raise GradeLabError(
            msg("there are no submissions in {source}", source=source),
            msg("give the folder that holds a folder or an archive (zip, tar.gz) of each learner"),
        )
    found.sort(key=lambda candidate: (candidate.label.casefold(), candidate.label))
    for candidate, label in zip(found, unique(one.label for one in found), strict=True):
        yield replace(candidate, label=label)


def _found(source: Path, roster: Roster | None, scratch: Path) -> Iterable[Candidate]:
    kind = kind_of(source)
    if kind is Kind.FOLDER:
        return _in_folder(_class_in(source), roster)
    if kind is Kind.ARCHIVE:
        return _in_export(source, roster, scratch)
    return _in_roster(roster or Roster.load(source))


def kind_of(source: Path) -> Kind:
    """What an instructor gave, by its content and name.

    Raises:
        GradeLabError: there is no such file, or it is none of these.
    """
    if source.is_dir():
        return Kind.FOLDER
    try:
        if format_of(source) and source.suffix.lower() not in exports.DOCUMENTS:
            return Kind.ARCHIVE
    except OSError as error:
        raise GradeLabError(
            msg("{path} cannot be read: {reason}", path=source, reason=reason_of(error))
        ) from None
    if source.suffix.lower() in csv_text.SUFFIXES:
        return Kind.ROSTER
    raise GradeLabError(
        msg("{path} is neither a folder, nor an archive, nor a roster (CSV)", path=source)
    )


def _in_roster(roster: Roster) -> Iterator[Candidate]:
    for enrolled in roster:
        place = roster.place(enrolled)
        others: list[Path] = []
        if place and not is_git_url(place):
            chosen, *others = _submissions_in(_as_spelled(Path(place)))
            place = str(chosen)
        if place:
            told = tuple(_attempts(Path(place).name, [one.name for one in others]))
            yield Candidate(place, safe_label(enrolled.id), enrolled, notices=told)


def _as_spelled(path: Path) -> Path:
    """The path that is there: macOS, and what was packed on it, takes letters apart (NFD)."""
    there = Path(path.anchor)
    for name in path.parts[1:]:
        apart = there / unicodedata.normalize("NFD", name)
        there /= name
        if not os.path.lexists(there) and os.path.lexists(apart):
            there = apart
    return there


def _in_export(archive: Path, roster: Roster | None, scratch: Path) -> Iterator[Candidate]:
    left_out = unpack_export(archive, scratch)
    folder = innermost(scratch, until=_is_of_a_learner)
    if (folder / LAB_FILE).is_file():
        enrolled = roster.of_source(archive) if roster else None
        yield Candidate(str(archive), safe_label(exports.stem(archive.name)), enrolled)
        return
    by_name = _by_name(left_out, folder.relative_to(scratch).as_posix())
    for candidate in _in_folder(folder, roster):
        name = Path(candidate.source).relative_to(folder).parts[0]
        told = tuple(summary(by_name.pop(name, ())))
        yield replace(candidate, notices=(*candidate.notices, *told))


def _class_in(folder: Path) -> Path:
    """The folder of the class: what unpacked an archive may have put others around it."""
    inside = _items(folder)
    around = next(inside, None)
    if around is None or next(inside, None) is not None or not _is_class(around.path):
        return folder
    return _class_in(around.path)


def _is_class(path: Path) -> bool:
    """Whether a folder that is alone holds submissions, and is none itself."""
    try:
        if not path.is_dir() or path.is_symlink() or _is_of_a_learner(path):
            return False
        if (path / exports.METADATA).is_file():
            return True
        items = [] if (root_of(path) / LAB_FILE).is_file() else list(_items(path))
    except OSError:  # whoever judges it says why
        return False
    return len(items) > 1 or any(item.entry.owner for item in items)


def _is_of_a_learner(path: Path) -> bool:
    return bool(exports.read(path.name).owner)


def _by_name(left_out: Iterable[LeftOut], folder: str) -> dict[str, list[LeftOut]]:
    """What was left out of an export by the submission's name in it."""
    prefix = "" if folder == "." else f"{folder}/"
    found: dict[str, list[LeftOut]] = {}
    for one in left_out:
        name = one.path.removeprefix("./").removeprefix(prefix).partition("/")[0]
        found.setdefault(name, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Item:
    """A folder or file of an export that may be a submission, or one attempt of it."""

    path: Path
    name: str
    entry: exports.Entry
    is_usable: bool

    @property
    def is_clone(self) -> bool:
        """Whether it is a clone of a git repository."""
        with suppress(OSError):
            return (self.path / ".git").exists()
        return False

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Higher for what is rather to be judged, of one learner's."""
        return self.is_usable, self.entry.attempt, self.name


def _in_folder(folder: Path, roster: Roster | None) -> Iterator[Candidate]:
    if (folder / LAB_FILE).is_file():
        yield _candidate(_item(folder.resolve()), (), Named(), roster)
        return
    items = sorted(_items(folder), key=lambda item: item.name)
    clones = [item.name for item in items if item.is_clone]
    users = exports.clone_users(clones)
    listed = exports.submitters(folder)
    by_owner: dict[str, list[_Item]] = {}
    for item in items:
        by_owner.setdefault(item.entry.owner or f"/{item.name}", []).append(item)
    for same in by_owner.values():
        newest = max(same, key=lambda item: item.rank)
        others = [item.name for item in same if item is not newest]
        named, *partners = listed.get(newest.name) or [Named(user=users.get(newest.name, ""))]
        candidate = _candidate(newest, others, named, roster)
        yield replace(candidate, notices=(*candidate.notices, *_group(named, partners)))


def _items(folder: Path) -> Iterator[_Item]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if exports.is_left_out(entry.name):
                continue
            item = _item(Path(entry.path))
            if entry.is_dir() or item.is_usable or item.entry.owner:
                yield item


def _item(path: Path) -> _Item:
    name = unicodedata.normalize("NFC", path.name)
    is_usable = path.is_dir() or exports.stem(name) != name or _is_archive(path)
    return _Item(path, name, exports.read(name), is_usable)


def _is_archive(path: Path) -> bool:
    if path.suffix.lower() in exports.DOCUMENTS:
        return False
    try:
        return path.is_file() and bool(format_of(path))
    except OSError:
        return False


def _candidate(
    item: _Item, others: Iterable[str], named: Named, roster: Roster | None
) -> Candidate:
    submission, *more = _submissions_in(item.path)
    notices = [*_attempts(item.name, list(others))]
    notices += _attempts(submission.name, [one.name for one in more])
    if item.entry.late:
        notices.append(msg("Canvas marks it as late"))
    label = item.name if item.path.is_dir() else exports.stem(item.name)
    return Candidate(
        source=str(submission),
        label=safe_label(label),
        enrolled=_line(roster, item.path, submission),
        named=item.entry.named if item.entry.owner else named,
        notices=tuple(notices),
    )


def _line(roster: Roster | None, *places: Path) -> Enrolled | None:
    found = (roster.of_source(place) for place in dict.fromkeys(places)) if roster else ()
    return next(filter(None, found), None)


def _attempts(name: str, others: list[str]) -> Iterator[Message]:
    if others:
        names = [shown(other) for other in others[:TOLD_NAMES]]
        yield msg(
            "of {count} files of this learner the newest is judged, {name}; not {others}",
            count=len(others) + 1,
            name=shown(name),
            others=[*names, *(["…"] if len(others) > TOLD_NAMES else [])],
        )


def _group(named: Named, partners: list[Named]) -> Iterator[Message]:
    if partners:
        yield msg(
            "a group handed it in: the result is with {name} alone, and not with {others}",
            name=shown(named.name or named.id or named.email),
            others=[shown(one.name or one.id or one.email) for one in partners],
        )


def _submissions_in(path: Path) -> list[Path]:
    """The submission's own folder in a learner's folder, or the archives in it, the newest first.

    What cannot be read is left as it is: whoever judges it says why.
    """
    try:
        if not path.is_dir():
            return [path]
        root = root_of(path)
        if (root / LAB_FILE).is_file():
            return [root]
        archives = [inside for inside in root.iterdir() if _is_archive(inside)]
        newest = sorted(archives, key=lambda found: (found.stat().st_mtime, found.name))
        return newest[::-1] or [root]
    except OSError:
        return [path]
