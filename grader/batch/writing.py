"""Writing an archive's members into a folder, within bounds, and nowhere else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader.batch.members import CHUNK, Kind, Member, RefusedError, too_many
from grader.batch.names import RefusedNameError, UnusableNameError, is_litter, parts_of, shown
from grader.messages import Message, msg

MB = 1_000_000
NEWEST_TIME = 4_102_444_800
"""The year 2100: later times are nonsense, which some systems cannot store."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an archive may become: bytes in all and of one file, members, seconds.

    ``ratio`` is of bytes that came out to bytes of the archive; small ones may have any.
    """

    total: int = 500 * MB
    file: int = 200 * MB
    members: int = 20_000
    seconds: float = 50
    ratio: int | None = 100
    ratio_from: int = 20 * MB


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member that was not unpacked: its path as far as it is known, and why."""

    path: str
    reason: Message


def write(
    members: Iterable[Member],
    folder: Path,
    bounds: Bounds,
    *,
    size: int | None = None,
    strict: bool = True,
) -> list[LeftOut]:
    """Write members into ``folder``, and tell what was left out.

    ``size`` is that of the archive. Unless ``strict``, what is bad is left out, too.

    Raises:
        RefusedError, RefusedNameError: what is bad, and nobody makes by accident.
    """
    writer = _Writer(folder, bounds, size)
    left_out: list[LeftOut] = []
    for member in members:
        try:
            writer.put(member)
        except (_Useless, UnusableNameError) as error:
            left_out.append(LeftOut(member.name, error.message))
        except (_BadMemberError, RefusedNameError) as error:
            if strict:
                raise
            left_out.append(LeftOut(member.name, error.message))
    return left_out


class _BadMemberError(RefusedError):
    """A member that is refused, where another one of the archive might not be."""


class _Useless(RefusedError):  # noqa: N818
    """A member that honest archives hold, too, and that can be left out."""


class _Writer:
    def __init__(self, folder: Path, bounds: Bounds, size: int | None) -> None:
        self._folder = folder
        self._bounds = bounds
        self._most = bounds.total
        if size is not None and bounds.ratio is not None:
            self._most = min(bounds.total, max(bounds.ratio * size, bounds.ratio_from))
        self._end = time.monotonic() + bounds.seconds
        self._count = 0
        self._written = 0
        self._made = {folder}
        self._seen: dict[str, tuple[str, bool]] = {}

    def put(self, member: Member) -> None:
        self._count += 1
        if self._count > self._bounds.members:
            raise RefusedError(too_many(self._bounds.members))
        name = shown(member.name)
        parts = parts_of(member.name)
        if any(map(is_litter, parts)) or not parts:
            return
        if member.kind is Kind.DEVICE:
            raise _BadMemberError(msg("{name} is a device, not a file", name=name))
        if member.kind is Kind.LINK:
            raise _Useless(msg("{name} is a link", name=name))
        if member.refused is not None:
            message = msg("{name}: {reason}", name=name, reason=member.refused)
            raise _BadMemberError(message)
        self._remember(parts, is_folder=member.kind is Kind.FOLDER)
        path = self._folder.joinpath(*parts)
        if member.kind is Kind.FOLDER:
            self._make(path)
        else:
            self._make(path.parent)
            self._write(member, path)

    def _remember(self, parts: tuple[str, ...], *, is_folder: bool) -> None:
        """Raise unless the path is new and means one file on every system."""
        path = "/".join(parts)
        steps = [(path, is_folder), *(("/".join(parts[:i]), True) for i in range(1, len(parts)))]
        for step, folder in steps:
            spelling, was_folder = self._seen.get(step.casefold(), (step, folder))
            if spelling != step:
                raise _Useless(
                    msg(
                        "{name} and {other} differ only in case",
                        name=shown(step),
                        other=shown(spelling),
                    )
                )
            if was_folder != folder or (step.casefold() in self._seen and not folder):
                raise _BadMemberError(msg("{name} is in it twice", name=shown(step)))
        self._seen.update((step.casefold(), (step, folder)) for step, folder in steps)

    def _make(self, path: Path) -> None:
        """Make a folder for its owner only, and those above it."""
        if path not in self._made:
            self._make(path.parent)
            path.mkdir(mode=0o700)
            self._made.add(path)

    def _write(self, member: Member, path: Path) -> None:
        if member.size > self._bounds.file:
            raise self._too_large(member)
        with member.open() as content, open(path, "xb", opener=_private) as file:
            try:
                self._copy(content, file, member)
            except BaseException:
                path.unlink()
                raise
        at = min(max(member.at, 0), NEWEST_TIME)
        os.utime(path, (at, at))

    def _copy(self, content: IO[bytes], file: IO[bytes], member: Member) -> None:
        """Copy what is there, not what the header says there is."""
        size = 0
        while data := content.read(CHUNK):
            size += len(data)
            self._written += len(data)
            if size > self._bounds.file:
                raise self._too_large(member)
            if self._written > self._most:
                most = f"{self._most / MB:,.0f}"
                raise RefusedError(msg("more than {size} MB come out of it", size=most))
            if time.monotonic() > self._end:
                raise RefusedError(msg("it takes too long to unpack"))
            file.write(data)
        if size != member.size:
            raise _BadMemberError(msg("{name} is cut short", name=shown(member.name)))

    def _too_large(self, member: Member) -> _BadMemberError:
        size = f"{self._bounds.file / MB:,.0f}"
        name = shown(member.name)
        return _BadMemberError(msg("{name} is larger than {size} MB", name=name, size=size))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
