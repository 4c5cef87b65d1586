"""The files of an exported image: its layers put upon each other as an engine does it.

Formats: Docker's ``save`` (``<id>/layer.tar``, until 24) and the OCI image layout with a
``manifest.json`` beside it (from 25). Whiteouts as in the OCI image specification, "Layers".
"""

from __future__ import annotations

import json
import posixpath
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.collect.answer import UnavailableError
from grader.collect.bounded import Hashes, Readable, lies_in, open_tar, relative
from grader.facts import Reason

MAX_JSON_BYTES = 4 * 1024 * 1024
MAX_UNPACKED_BYTES = 8 * 1024 * 1024 * 1024
MAX_HASHED_BYTES = 256 * 1024 * 1024

DIRECTORY, OTHER = "directory", "other"
_WHITEOUT, _OPAQUE, _AUFS = ".wh.", ".wh..wh..opq", ".wh..wh."
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")


@dataclass(slots=True)
class Layer:
    """What a layer does at a path: what it removes of the layers below, and what it puts there.

    ``puts`` holds digests of regular files, DIRECTORY, or OTHER for links and devices.
    """

    puts: dict[str, str] = field(default_factory=dict)
    removes: set[str] = field(default_factory=set)
    empties: set[str] = field(default_factory=set)


def files(export: tarfile.TarFile, path: str) -> dict[str, str] | None:
    """The regular files at or below an absolute path, by relative path; None without the path.

    Raises:
        UnavailableError: the export is of an unknown format, too large, or broken.
    """
    layers: dict[str, Layer | None] = {}
    links: dict[str, str] = {}
    manifest = b""
    budget = _Budget()
    for member in export:
        name = posixpath.normpath(member.name)
        if member.issym() or member.islnk():
            folder = posixpath.dirname(name) if member.issym() else ""
            links[name] = posixpath.normpath(posixpath.join(folder, member.linkname))
        elif member.isfile() and (file := export.extractfile(member)) is not None:
            head = file.read(tarfile.BLOCKSIZE)
            if name == "manifest.json":
                manifest = head + file.read(MAX_JSON_BYTES)
            elif head.startswith(_ZSTANDARD):
                layers[name] = None
            elif _is_tar(head):
                layers[name] = _layer(_Rejoined(head, file), path, budget)
    state: dict[str, str] = {}
    for name in _order(manifest):
        layer = layers.get(name) or layers.get(links.get(name, ""))
        if layer is None:
            raise UnavailableError(Reason.UNSUPPORTED, f"cannot read the layer {name}")
        state = apply(state, layer)
    return _below(state, path)


def apply(state: Mapping[str, str], layer: Layer) -> dict[str, str]:
    """The files with one more layer upon them."""
    covered = {path for path, what in layer.puts.items() if what != DIRECTORY}
    hidden = layer.removes | layer.empties | covered

    def stays(path: str) -> bool:
        return path not in layer.removes and hidden.isdisjoint(_parents(path))

    return {**{path: what for path, what in state.items() if stays(path)}, **layer.puts}


def _below(state: Mapping[str, str], path: str) -> dict[str, str] | None:
    if any(state.get(parent) == OTHER for parent in _parents(path)):
        raise UnavailableError(Reason.UNSUPPORTED, f"{path} leads through a link")
    there = {place: what for place, what in state.items() if lies_in(place, path)}
    if not there and path != "/":
        return None
    named = {relative(place, path): what for place, what in sorted(there.items())}
    return {name: what for name, what in named.items() if what not in {DIRECTORY, OTHER}}


class _Budget:
    """Limits for all layers together."""

    def __init__(self) -> None:
        self.hashes = Hashes(MAX_HASHED_BYTES)
        self._left = MAX_UNPACKED_BYTES

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0 or not self.hashes.complete:
            raise UnavailableError(Reason.TOO_LARGE, "more files or bytes than grade-lab reads")


def _layer(file: Readable, path: str, budget: _Budget) -> Layer:
    layer = Layer()
    with open_tar(file) as tar:
        for member in tar:
            budget.spend(member.size)
            place = posixpath.normpath(posixpath.join("/", member.name))
            folder, name = posixpath.split(place)
            if name == _OPAQUE:
                layer.empties.add(folder)
            elif name.startswith(_WHITEOUT) and not name.startswith(_AUFS):
                layer.removes.add(posixpath.join(folder, name.removeprefix(_WHITEOUT)))
            elif lies_in(place, path) or lies_in(path, place):
                layer.puts[place] = _put(budget.hashes, place, tar, member)
    return layer


def _put(hashes: Hashes, place: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    if member.isdir():
        return DIRECTORY
    hashes.files.pop(place, None)
    hashes.add(place, tar, member)
    return hashes.files.get(place, OTHER)


def _order(manifest: bytes) -> list[str]:
    """The layers' names, the lowest first."""
    try:
        return [posixpath.normpath(str(name)) for name in json.loads(manifest)[0]["Layers"]]
    except (ValueError, LookupError, TypeError) as error:
        raise UnavailableError(Reason.UNSUPPORTED, "an export of an unknown format") from error


def _is_tar(head: bytes) -> bool:
    # An empty layer is nothing but zeros.
    return head[257:262] == b"ustar" or head.startswith(_COMPRESSED) or not head.strip(b"\0")


def _parents(path: str) -> Iterator[str]:
    while path != "/":
        path = posixpath.dirname(path)
        yield path


class _Rejoined:
    """A file whose beginning has been read already."""

    def __init__(self, head: bytes, file: Readable) -> None:
        self._head = head
        self._file = file

    def read(self, size: int) -> bytes:
        """The beginning first, then the rest."""
        if not self._head:
            return self._file.read(size)
        data, self._head = self._head[:size], self._head[size:]
        return data
