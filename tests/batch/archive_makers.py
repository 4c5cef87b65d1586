"""Archives for tests: sound ones, and the parts that hostile ones are made of."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

LAB = b"learner: {id: s-001, name: Minji}\n"


def an_entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    """An entry of a zip file as Unix makes it."""
    info = zipfile.ZipInfo("x", (2026, 3, 2, 10, 0, 0))
    info.filename = name
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def a_zip(path: Path, files: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A zip file, compressed, of a sound submission and these."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("lab.yaml", LAB), *files]:
            info = an_entry(name) if isinstance(name, str) else name
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def a_raw_zip(path: Path, *names: bytes, extra: bytes = b"") -> Path:
    """A zip file whose names are these bytes, in an encoding that it does not tell."""
    stand_ins = [bytes([65 + i]) * len(name) for i, name in enumerate(names)]
    entries: list[tuple[zipfile.ZipInfo, bytes]] = []
    for stand_in in stand_ins:
        info = an_entry(stand_in.decode())
        info.extra = extra
        entries.append((info, b"content"))
    data = a_zip(path, entries).read_bytes()
    for stand_in, name in zip(stand_ins, names, strict=True):
        data = data.replace(stand_in, name)
    path.write_bytes(data)
    return path


def a_member(name: str, kind: bytes = tarfile.REGTYPE, **fields: object) -> tarfile.TarInfo:
    """A member of a tar file; ``fields`` such as ``linkname`` or ``size``."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mtime = 1_772_445_600
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def tar_bytes(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar file of a sound submission and these, whose headers may claim another size."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, content in [(a_member("lab.yaml"), LAB), *members]:
            info.size = info.size or len(content)
            buffer.write(info.tobuf(form))  # `addfile` wants as much content as the header claims
            buffer.write(content + bytes(-len(content) % 512))
            archive.offset = buffer.tell()
    return buffer.getvalue()


def a_tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """A tar.gz file of a sound submission and these."""
    path.write_bytes(gzip.compress(tar_bytes(*members), 1))
    return path
