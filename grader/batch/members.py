"""The members of an archive, whatever its format: told by its content, read once, and forward."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from calendar import timegm
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from grader.batch.names import decoded
from grader.messages import Message, msg

CHUNK = 64 * 1024
HELD_IN_TAR = 1_000_000
"""Bytes of one header. tarfile keeps a long name or a pax header in memory before anyone asks."""
XZ_MEMORY = 128 * 1024 * 1024
"""xz's own limit for `xz -9` is 65 MiB; an archive may ask for 4 GiB."""
LOCAL_HEADER = 30
"""Bytes of a zip entry's own header, without its name."""
ENTRY_BYTES = 400
"""Bytes of an entry in a zip file's table of contents, if its name is long."""
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)

DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    RuntimeError,
    IndexError,
    KeyError,
)
"""What the standard library raises for archives that are not as they should be."""

Kind = Enum("Kind", "FILE FOLDER LINK DEVICE")


class RefusedError(Exception):
    """An archive, or a member of it, that is not unpacked. ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Member:
    """What stands in an archive. ``at`` is in seconds since 1970, ``open`` reads its content."""

    name: str
    kind: Kind
    size: int
    at: float
    open: Callable[[], IO[bytes]]
    refused: Message | None = None


def too_many(most: int) -> Message:
    """Why an archive of more members is refused."""
    return msg("it holds more than {number} files", number=f"{most:,}")


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


_STARTS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gz",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bz2",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}


def format_of(path: Path) -> str:
    """``zip``, ``tar``, ``gz``, ``xz``, ``bz2``, ``7z``, ``rar``; empty for what is none of them.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
        for magic, name in _STARTS.items():
            if start.startswith(magic):
                return name
        if _is_tar(start):
            return "tar"
        return "zip" if zipfile.is_zipfile(file) else ""


def _is_tar(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return len(block) == tarfile.BLOCKSIZE and not any(block)
    return True


def zip_members(path: Path, most: int) -> Iterator[Member]:
    """The members of a zip file; there may be ``most``.

    Raises:
        RefusedError: there are more, or they overlap.
    """
    directory = max(ENTRY_BYTES * most, 4 * CHUNK)
    with _Bounded(path, directory) as file, zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if len(infos) > most:
            raise RefusedError(too_many(most))
        _check_overlap(infos, archive.start_dir)
        for info in infos:
            name = _zip_name(info)
            yield Member(
                name=name,
                kind=_zip_kind(info, name),
                size=info.file_size,
                at=_zip_time(info),
                open=partial(archive.open, info),
                refused=_zip_refusal(info),
            )


class _Bounded(io.FileIO):
    """A file of which no more than ``limit`` bytes are read at once: zipfile trusts its header."""

    def __init__(self, path: Path, limit: int) -> None:
        super().__init__(path, "rb")
        self._limit = limit

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._limit:
            raise RefusedError(msg("its table of contents is too large"))
        return super().read(size) or b""


def _check_overlap(infos: list[zipfile.ZipInfo], end: int) -> None:
    """Entries that share their bytes make a small archive large without much compression."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    offsets = [info.header_offset for info in ordered[1:]] + [end]
    for info, following in zip(ordered, offsets, strict=False):
        name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
        least = LOCAL_HEADER + len(name) + info.compress_size
        if info.header_offset + least > following:
            raise RefusedError(msg("its entries overlap: it is a zip bomb"))


def _zip_name(info: zipfile.ZipInfo) -> str:
    name = unicodedata.normalize("NFC", info.orig_filename)
    if not info.flag_bits & 0x800:
        name = decoded(info.orig_filename.encode("cp437"), info.extra)
    return name if info.create_system else name.replace("\\", "/")  # as Windows PowerShell 5 has it


def _zip_kind(info: zipfile.ZipInfo, name: str) -> Kind:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return Kind.LINK
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return Kind.DEVICE
    is_folder = stat.S_ISDIR(mode) or name.endswith("/")
    return Kind.FOLDER if is_folder else Kind.FILE


def _zip_time(info: zipfile.ZipInfo) -> float:
    """A zip file tells the time of day but not where: taken as UTC, so it is the same anywhere."""
    year, month, *rest = info.date_time
    return timegm((year, min(max(month, 1), 12), *rest, 0, 0, 0))


def _zip_refusal(info: zipfile.ZipInfo) -> Message | None:
    if info.flag_bits & 0x41:
        return msg("it needs a password")
    if info.compress_type not in ZIP_METHODS:
        return msg(
            "it is compressed in an unusual way (method {number})", number=info.compress_type
        )
    return None


def tar_members(stream: _Readable, limit: int) -> Iterator[Member]:
    """The members of a tar file that comes in as ``stream``, of at most ``limit`` bytes.

    Each must be read before the next one is asked for.

    Raises:
        RefusedError: it is longer, or has a header that is too large.
    """
    forward = _Forward(stream, limit)
    file: Any = forward
    with tarfile.TarFile(fileobj=file, encoding="utf-8", errors="surrogateescape") as archive:
        while info := archive.next():
            yield Member(
                name=decoded(info.name.encode("utf-8", "surrogateescape")),
                kind=_tar_kind(info),
                size=info.size,
                at=info.mtime,
                open=partial(_content, archive, info),
                refused=msg("it has holes (a sparse file)") if info.issparse() else None,
            )
        if any(forward.last):  # a header that tarfile takes for the end
            raise tarfile.ReadError("a header is damaged")


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(info) or io.BytesIO()


class _Forward:
    """A stream as tarfile wants it, which is read forward only, and never much of it at once."""

    def __init__(self, stream: _Readable, limit: int) -> None:
        self._stream = stream
        self._left = limit
        self._at = 0
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= HELD_IN_TAR:
            raise RefusedError(msg("a header in it is too large"))
        data = self.last = self._stream.read(size)
        self._at += len(data)
        self._left -= len(data)
        if self._left < 0:
            raise RefusedError(msg("it is too large"))
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, target: int, whence: int = io.SEEK_SET) -> int:
        if target < self._at or whence != io.SEEK_SET:
            raise tarfile.ReadError("a header points backwards")
        while self._at < target and self.read(min(CHUNK, target - self._at)):
            pass
        return self._at


def _tar_kind(info: tarfile.TarInfo) -> Kind:
    if info.issym() or info.islnk():
        return Kind.LINK
    if info.isdir():
        return Kind.FOLDER
    return Kind.FILE if info.isreg() else Kind.DEVICE


def decompressed(path: Path, form: str) -> io.BufferedIOBase:
    """The tar file in a file of this format, as a stream."""
    if form == "gz":
        return gzip.GzipFile(path)
    if form == "bz2":
        return bz2.BZ2File(path)
    return io.BufferedReader(_Xz(path), CHUNK) if form == "xz" else path.open("rb")


class _Xz(io.RawIOBase):
    """An xz file, decompressed in bounded memory, which `lzma.LZMAFile` cannot promise."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._lzma = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = b""
        while not data and not self._lzma.eof:
            more = self._file.read(CHUNK) if self._lzma.needs_input else b""
            if self._lzma.needs_input and not more:
                raise EOFError
            data = self._lzma.decompress(more, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
