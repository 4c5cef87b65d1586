"""Submissions that attack, or are broken: a table of how each is made, and what becomes of it.

Makers get an empty folder and return the archive that they made in it. A file named ``victim`` may
stand beside that folder; none of them may ever reach it.
"""

from __future__ import annotations

import bz2
import copy
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

from tests.batch.archive_makers import a_member, a_raw_zip, a_tar, a_zip, an_entry, tar_bytes

Fate = Literal["refused", "skipped", "kept"]
Maker = Callable[[Path], Path]


@dataclass(frozen=True)
class Hostile:
    """``reason`` is part of what an instructor reads of it; empty where nothing is to be said."""

    name: str
    make: Maker
    fate: Fate
    reason: str = ""


def _zip(*files: tuple[str | zipfile.ZipInfo, bytes]) -> Maker:
    return lambda place: a_zip(place / "hostile.zip", [(copy.copy(n), c) for n, c in files])


def _named(name: str) -> Maker:
    return _zip((name, b"content"))


def _raw(*names: bytes) -> Maker:
    return lambda place: a_raw_zip(place / "hostile.zip", *names)


def _mode(kind: int, content: bytes = b"") -> Maker:
    return _zip((an_entry("odd", kind | 0o777), content))


def _tar(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", **fields: object) -> Maker:
    return lambda place: a_tar(place / "hostile.tar.gz", (a_member(name, kind, **fields), content))


def _bytes(content: bytes, name: str = "hostile.zip") -> Maker:
    def make(place: Path) -> Path:
        (place / name).write_bytes(content)
        return place / name

    return make


def _flagged(offset: int, value: int) -> Maker:
    """A zip file whose central directory says ``value`` in a two-byte field of each entry."""

    def make(place: Path) -> Path:
        path = a_zip(place / "hostile.zip", [])
        data = bytearray(path.read_bytes())
        at = data.index(b"PK\x01\x02") + offset
        data[at : at + 2] = struct.pack("<H", value)
        path.write_bytes(data)
        return path

    return make


def _flagged_utf8(place: Path) -> Path:
    path = a_zip(place / "hostile.zip", [("가", b"content")])
    path.write_bytes(path.read_bytes().replace("가".encode(), b"\xff\xff\xff"))
    return path


def _absolute(place: Path) -> Path:
    return a_zip(place / "hostile.zip", [(str(place.parent / "victim"), b"reached")])


def _absolute_tar(place: Path) -> Path:
    target = str(place.parent / "victim")
    return a_tar(place / "hostile.tar.gz", (a_member(target), b"reached"))


def _through_link(place: Path) -> Path:
    link = a_member("way", tarfile.SYMTYPE, linkname=str(place.parent))
    return a_tar(place / "hostile.tar.gz", (link, b""), (a_member("way/victim"), b"reached"))


def _over_link(place: Path) -> Path:
    link = a_member("way", tarfile.SYMTYPE, linkname=str(place.parent / "victim"))
    return a_tar(place / "hostile.tar.gz", (link, b""), (a_member("way"), b"reached"))


def _overlapping(place: Path) -> Path:
    path = place / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel", bytes(1_000_000))
        for number in range(100):
            again = copy.copy(archive.filelist[0])
            again.filename = f"again-{number}"
            archive.filelist.append(again)
    return path


def _many_in_tar(place: Path) -> Path:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for _ in range(20_001):
            archive.addfile(a_member("again", tarfile.DIRTYPE))
    return _bytes(bz2.compress(buffer.getvalue(), 1), "hostile.tar.bz2")(place)


def _huge_directory(place: Path) -> Path:
    size = 9_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 0, 0)
    return _bytes(b"PK\x03\x04" + bytes(size - 4) + end)(place)


def _chained_headers(place: Path) -> Path:
    header = tarfile.TarInfo("././@PaxHeader")
    header.type = tarfile.XHDTYPE
    header.size = 11
    block = header.tobuf(tarfile.USTAR_FORMAT) + b"11 aaa=bbb\n".ljust(512, b"\0")
    return _bytes(gzip.compress(block * 20_000), "hostile.tar.gz")(place)


def _huge_header(kind: bytes) -> Maker:
    header = tarfile.TarInfo("long")
    header.type = kind
    header.size = 2_000_000_000
    start = header.tobuf(tarfile.GNU_FORMAT)
    return _bytes(gzip.compress(start + b"a" * 3_000_000, 1), "hostile.tar.gz")


def _negative_size(place: Path) -> Path:
    data = bytearray(tar_bytes((a_member("a"), b"")))
    data[1024 + 124 : 1024 + 136] = b"\xff" * 10 + b"\xfc\x00"  # base 256: below zero
    data[1024 + 148 : 1024 + 156] = b" " * 8
    data[1024 + 148 : 1024 + 156] = b"%06o\0 " % sum(data[1024:1536])
    return _bytes(bytes(data), "hostile.tar")(place)


def _sparse(place: Path) -> Path:
    info = a_member("holes", pax_headers={"GNU.sparse.map": "0,1", "GNU.sparse.size": "9" * 12})
    return a_tar(place / "hostile.tar.gz", (info, b"x"))


def _cut(place: Path) -> Path:
    data = a_zip(place / "whole.zip", [("big", bytes(range(256)) * 999)]).read_bytes()
    return _bytes(data[: len(data) // 2])(place)


def _cut_tar(place: Path) -> Path:
    data = a_tar(place / "whole.tar.gz", (a_member("big"), bytes(range(256)) * 999)).read_bytes()
    return _bytes(data[: len(data) // 2], "hostile.tar.gz")(place)


def _damaged_tar_header(place: Path) -> Path:
    data = bytearray(tar_bytes((a_member("a"), b"x"), (a_member("b"), b"y")))
    data[2048:2100] = b"\xee" * 52
    return _bytes(bytes(data), "hostile.tar")(place)


def _false_unicode_path(place: Path) -> Path:
    """The extra field names another file, but is not of this name: its CRC is another's."""
    field = b"\x01" + struct.pack("<L", crc32(b"other")) + b"../../victim"
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    return a_raw_zip(place / "hostile.zip", b"AAAA", extra=extra)


def _true_unicode_path(place: Path) -> Path:
    field = b"\x01" + struct.pack("<L", crc32(b"AAAA")) + b"../../victim"
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    return a_raw_zip(place / "hostile.zip", b"AAAA", extra=extra)


def _greedy_xz(place: Path) -> Path:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 28}]
    data = lzma.compress(tar_bytes(), filters=filters)
    return _bytes(data, "hostile.tar.xz")(place)


def _only_an_archive(place: Path) -> Path:
    inner = a_zip(place / "inner.zip", []).read_bytes()
    with zipfile.ZipFile(place / "hostile.zip", "w") as archive:
        archive.writestr("inner.zip", inner)
    return place / "hostile.zip"


def _zeros(size: int) -> bytes:
    return gzip.compress(tar_bytes((a_member("zeros"), bytes(size))), 9)


_MANY = [(f"f/{number}", b"") for number in range(20_001)]

HOSTILE: tuple[Hostile, ...] = (
    # Paths that lead out
    Hostile("parent", _named("../victim"), "refused", "leads out"),
    Hostile("parent inside", _named("a/../../victim"), "refused", "leads out"),
    Hostile("parent that stays inside", _named("a/../b"), "refused", "leads out"),
    Hostile("absolute", _absolute, "refused", "not a path inside"),
    Hostile("absolute in tar", _absolute_tar, "refused", "not a path inside"),
    Hostile("parent in tar", _tar("../victim", content=b"x"), "refused", "leads out"),
    Hostile("drive letter", _named("C:/victim"), "refused", "not a path inside"),
    Hostile("drive letter alone", _named("c:victim"), "refused", "not a path inside"),
    Hostile("backslashes", _named("..\\victim"), "refused", "not a path inside"),
    Hostile("network share", _named("\\\\host\\share"), "refused", "not a path inside"),
    Hostile("unicode path leads out", _true_unicode_path, "refused", "leads out"),
    Hostile("unicode path of another name", _false_unicode_path, "kept"),
    # Names that are not what they seem
    Hostile("NUL in name", _raw(b"lab\0.yaml"), "refused", "cannot be seen"),
    Hostile("newline in name", _named("a\nb"), "refused", "cannot be seen"),
    Hostile("terminal escape in name", _named("\x1b[2Jb"), "refused", "cannot be seen"),
    Hostile("bidi mark in name", _named("\u202egnp.exe"), "refused", "cannot be seen"),
    Hostile("bidi isolate in name", _named("a\u2066b"), "refused", "cannot be seen"),
    Hostile("BOM in name", _named("\ufefflab.yaml"), "refused", "cannot be seen"),
    Hostile("same name twice", _named("lab.yaml"), "refused", "twice"),
    Hostile("twice in tar", _tar("lab.yaml", content=b"x"), "refused", "twice"),
    Hostile("twice, composed", _zip(("\uac00", b""), ("\u1100\u1161", b"")), "refused", "twice"),
    Hostile("file as folder", _named("lab.yaml/x"), "refused", "twice"),
    Hostile("folder as file", _zip(("a/b", b""), ("a", b"")), "refused", "twice"),
    Hostile("names by case", _named("LAB.yaml"), "skipped", "only in case"),
    Hostile("folders by case", _zip(("a/b", b""), ("A/c", b"")), "skipped", "only in case"),
    Hostile("reserved CON", _named("CON"), "skipped", "not every computer"),
    Hostile("reserved aux.txt", _named("src/aux.txt"), "skipped", "not every computer"),
    Hostile("reserved COM1", _named("com1.log"), "skipped", "not every computer"),
    Hostile("reserved COM\u00b9", _named("com\u00b9"), "skipped", "not every computer"),
    Hostile("alternate stream", _named("lab.txt:hidden"), "skipped", "not every computer"),
    Hostile("dot at the end", _named("lab.yaml."), "skipped", "not every computer"),
    Hostile("wildcard", _named("a*.txt"), "skipped", "not every computer"),
    Hostile("long name", _named("n" * 300), "skipped", "too long"),
    Hostile("long path", _named("/".join(["d" * 90] * 20)), "skipped", "too long"),
    Hostile("deep", _named("d/" * 100 + "f"), "skipped", "too long"),
    # What is not a file
    Hostile("link in zip", _mode(stat.S_IFLNK, b"/etc/passwd"), "skipped", "is a link"),
    Hostile("link out", _tar("l", tarfile.SYMTYPE, linkname="/etc"), "skipped", "is a link"),
    Hostile("link in", _tar("l", tarfile.SYMTYPE, linkname="lab.yaml"), "skipped", "is a link"),
    Hostile("hard link", _tar("l", tarfile.LNKTYPE, linkname="/etc/passwd"), "skipped", "a link"),
    Hostile("through a link", _through_link, "skipped", "is a link"),
    Hostile("over a link", _over_link, "skipped", "is a link"),
    Hostile("FIFO", _tar("f", tarfile.FIFOTYPE), "refused", "device"),
    Hostile("character device", _tar("f", tarfile.CHRTYPE, devmajor=1), "refused", "device"),
    Hostile("block device", _tar("f", tarfile.BLKTYPE, devmajor=8), "refused", "device"),
    Hostile("FIFO in zip", _mode(stat.S_IFIFO), "refused", "device"),
    Hostile("device in zip", _mode(stat.S_IFCHR), "refused", "device"),
    Hostile("socket in zip", _mode(stat.S_IFSOCK), "refused", "device"),
    Hostile("set-uid", _tar("tool", content=b"x", mode=0o6777), "kept"),
    Hostile("no permissions", _tar("closed", content=b"x", mode=0), "kept"),
    Hostile("another owner", _tar("root", content=b"x", uid=0, uname="root"), "kept"),
    Hostile("time before 1970", _tar("old", content=b"x", mtime=-5e9), "kept"),
    Hostile("time far ahead", _tar("new", content=b"x", mtime=1e15), "kept"),
    Hostile("sparse file", _sparse, "refused", "sparse"),
    # Bombs
    Hostile("zip bomb", _zip(("zeros", bytes(30_000_000))), "refused", "come out of it"),
    Hostile("tar.gz bomb", _bytes(_zeros(30_000_000), "b.tar.gz"), "refused", "come out of it"),
    Hostile("overlapping entries", _overlapping, "refused", "overlap"),
    Hostile("huge file in tar", _tar("huge", size=10**12), "refused", "larger than"),
    Hostile("too many files", _zip(*_MANY), "refused", "more than 20,000"),
    Hostile("too many in tar", _many_in_tar, "refused", "more than 20,000"),
    Hostile("huge table of contents", _huge_directory, "refused", "table of contents"),
    Hostile("huge long name", _huge_header(tarfile.GNUTYPE_LONGNAME), "refused", "header"),
    Hostile("huge pax header", _huge_header(tarfile.XHDTYPE), "refused", "header"),
    Hostile("chained headers", _chained_headers, "refused", "damaged"),
    Hostile("xz that wants memory", _greedy_xz, "refused", "damaged"),
    Hostile("archive in archive", _zip(("in.zip", b"PK\x03\x04")), "kept"),
    Hostile("only an archive", _only_an_archive, "refused", "only another archive"),
    # Broken
    Hostile("empty file", _bytes(b""), "refused", "neither"),
    Hostile("not an archive", _bytes(b"<html>log in first</html>"), "refused", "neither"),
    Hostile("7z", _bytes(b"7z\xbc\xaf\x27\x1c" + bytes(90), "h.7z"), "refused", "7z"),
    Hostile("rar", _bytes(b"Rar!\x1a\x07" + bytes(90), "h.rar"), "refused", "rar"),
    Hostile("empty zip", _bytes(b"PK\x05\x06" + bytes(18)), "refused", "nothing in it"),
    Hostile("empty tar", _bytes(bytes(10_240), "hostile.tar"), "refused", "nothing in it"),
    Hostile("cut short", _cut, "refused", "damaged"),
    Hostile("tar.gz cut short", _cut_tar, "refused", "damaged"),
    Hostile("tar with a damaged header", _damaged_tar_header, "refused", "damaged"),
    Hostile("size below zero", _negative_size, "refused", "cannot be unpacked"),
    Hostile("gz of something", _bytes(gzip.compress(b"no tar"), "h.gz"), "refused", "damaged"),
    Hostile("xz of nothing", _bytes(b"\xfd7zXZ\x00", "h.tar.xz"), "refused", "damaged"),
    Hostile("encrypted", _flagged(8, 1), "refused", "password"),
    Hostile("unknown method", _flagged(10, 99), "refused", "method 99"),
    Hostile("name in no encoding", _raw(b"\xff\xfe\xfd\xfc"), "kept"),
    Hostile("false UTF-8", _flagged_utf8, "refused", "damaged"),
    Hostile("wrong checksum", _flagged(16, 0x4141), "refused", "damaged"),
    Hostile("other name inside", _flagged(46, 0x4141), "refused", "damaged"),
    Hostile("no date", _flagged(14, 0), "kept"),
)
