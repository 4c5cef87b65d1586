"""Any file is unpacked whole, or refused and nothing is left of it; in bounded space and time.

Only regular files and folders come out, all below the folder that was given, and nothing else on
the disk changes.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

from grader.batch.archives import unpack, unpack_export
from grader.batch.writing import Bounds
from grader.errors import GradeLabError

BOUNDS = Bounds(total=300_000, file=200_000, members=60, seconds=10, ratio=100, ratio_from=100_000)
FILES = {"lab/lab.yaml": b"learner: {id: s}\n", "lab/가.md": b"# a\n", "lab/src/app.py": b"x = 1\n"}


def _zip(*more: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*FILES.items(), *((name, b"x") for name in more)]:
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def _tar(form: int, *more: tuple[str, bytes, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for name, content in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, kind, link in more:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            archive.addfile(info)
    return packed.getvalue()


_LINKS = (("lab/l", tarfile.SYMTYPE, "/etc"), ("lab/h", tarfile.LNKTYPE, "../victim"))
SEEDS = [
    _zip(),
    _zip("../victim", "/etc/x", "lab/../../victim", "C:\\x", "lab/LAB.yaml", "a" * 300),
    _tar(tarfile.PAX_FORMAT, *_LINKS),
    _tar(tarfile.GNU_FORMAT, ("b" * 200, tarfile.REGTYPE, ""), ("../victim", tarfile.DIRTYPE, "")),
    gzip.compress(_tar(tarfile.USTAR_FORMAT), mtime=0),
]


def check(data: bytes, folder: Path) -> None:
    (folder / "victim").write_bytes(b"unharmed")
    archive = folder / "in.bin"
    archive.write_bytes(data)
    before = _all(folder)
    for take in (unpack, unpack_export):
        out = folder / "box" / "out"
        try:
            take(archive, out, bounds=BOUNDS)
        except GradeLabError as error:
            assert archive.name in str(error)
            assert not out.exists()
        else:
            inside = list(out.rglob("*"))
            kinds = {stat.S_IFMT(path.lstat().st_mode) for path in inside}
            assert kinds <= {stat.S_IFREG, stat.S_IFDIR}
            assert sum(p.stat().st_size for p in inside if p.is_file()) <= BOUNDS.total
        shutil.rmtree(folder / "box", ignore_errors=True)
        assert _all(folder) == before


def _all(folder: Path) -> dict[str, int]:
    return {path: os.lstat(path).st_size for path in map(str, folder.rglob("*"))}
