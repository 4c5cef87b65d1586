"""An exported image's files: layers put upon each other as an engine does it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence

import pytest

from grader.collect import layers
from grader.collect.answer import UnavailableError
from grader.collect.bounded import BoundedReader, open_tar
from grader.facts import Reason

Entry = bytes | str | None
"""A file's bytes, a link's target, or None for a folder."""


def tar_of(entries: Mapping[str, Entry]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, entry in entries.items():
            member = tarfile.TarInfo(name)
            if entry is None:
                member.type = tarfile.DIRTYPE
            elif isinstance(entry, str):
                hard = entry.startswith("hard:")
                member.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
                member.linkname = entry.removeprefix("hard:")
            else:
                member.size = len(entry)
            tar.addfile(member, io.BytesIO(entry if isinstance(entry, bytes) else b""))
    return made.getvalue()


def oci(*contents: bytes) -> bytes:
    """An OCI layout with a manifest.json, as Docker exports from 25 on."""
    names = [f"blobs/sha256/{hashlib.sha256(data).hexdigest()}" for data in contents]
    manifest = json.dumps([{"Config": "blobs/sha256/c", "RepoTags": None, "Layers": names}])
    blobs = dict(zip(names, contents, strict=True))
    config = {"blobs/sha256/c": b'{"config": {}}', "oci-layout": b'{"imageLayoutVersion": "1"}'}
    return tar_of({**config, **blobs, "manifest.json": manifest.encode()})


def classic(*contents: bytes) -> bytes:
    """As Docker exported until 24; a layer that comes again is a link to its first place."""
    entries: dict[str, Entry] = {}
    names, first = [], dict[bytes, str]()
    for number, data in enumerate(contents):
        name = f"{number}/layer.tar"
        entries[f"{number}/VERSION"] = b"1.0"
        entries[name] = f"../{first[data]}" if data in first else data
        first.setdefault(data, name)
        names.append(name)
    entries["manifest.json"] = json.dumps([{"Layers": names}]).encode()
    return tar_of(entries)


def files(export: bytes, path: str = "/app", chunk: int = 1000) -> dict[str, str] | None:
    pieces = (export[start : start + chunk] for start in range(0, len(export), chunk))
    with open_tar(BoundedReader(pieces, 10**9)) as tar:
        return layers.files(tar, path)


def digests(**contents: bytes) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}


BASE = tar_of({"app": None, "app/one": b"1", "app/two": b"2", "etc/passwd": b"root"})


@pytest.mark.parametrize("export", [oci, classic])
@pytest.mark.parametrize(
    ("upper", "expected"),
    [
        ([], digests(one=b"1", two=b"2")),
        ([{"app/one": b"new"}], digests(one=b"new", two=b"2")),
        ([{"./app/three": b"3"}], digests(one=b"1", two=b"2", three=b"3")),
        ([{"app/.wh.one": b""}], digests(two=b"2")),
        ([{"app/.wh..wh..opq": b"", "app/three": b"3"}], digests(three=b"3")),
        ([{"app/three": b"3", "app/.wh..wh..opq": b""}], digests(three=b"3")),
        ([{".wh.app": b""}, {"app/three": b"3"}], digests(three=b"3")),
        ([{"app/one": None, "app/one/x": b"x"}], digests(two=b"2") | digests(**{"one/x": b"x"})),
        ([{"app/link": "one", "app/hard": "hard:app/three"}], digests(one=b"1", two=b"2")),
        (
            [{"app/three": b"3", "app/hard": "hard:app/three"}],
            digests(one=b"1", two=b"2", three=b"3", hard=b"3"),
        ),
        ([{"app/one": b"new"}, {"app": None}], digests(one=b"new", two=b"2")),
        ([{"app/.env": b"TOKEN=1"}], {**digests(one=b"1", two=b"2"), ".env": ""}),
        ([{"app/.wh.one": b""}, {"app/one": b"again"}], digests(one=b"again", two=b"2")),
    ],
)
def test_layers_are_applied_in_their_order(
    export: object, upper: Sequence[Mapping[str, Entry]], expected: dict[str, str]
) -> None:
    assert callable(export)
    assert files(export(BASE, *map(tar_of, upper))) == expected


@pytest.mark.parametrize("upper", [{".wh.app": b""}, {"app": b"a file now"}])
def test_what_a_layer_removes_is_gone(upper: Mapping[str, Entry]) -> None:
    assert "one" not in (files(oci(BASE, tar_of(upper))) or {})


def test_a_path_may_be_a_file() -> None:
    assert files(oci(BASE), "/app/one") == digests(one=b"1")


def test_a_path_that_the_image_lacks() -> None:
    assert files(oci(BASE), "/nosuch") is None
    assert files(oci(tar_of({"app": None})), "/app") == {}


def test_a_path_through_a_link_cannot_be_told() -> None:
    with pytest.raises(UnavailableError) as caught:
        files(oci(BASE, tar_of({"srv": "app"})), "/srv/one")
    assert caught.value.reason is Reason.UNSUPPORTED


def test_layers_may_be_compressed_or_empty_or_come_twice() -> None:
    assert files(oci(gzip.compress(BASE), b"\0" * 1024)) == digests(one=b"1", two=b"2")
    assert files(classic(BASE, tar_of({"app/.wh.one": b""}), BASE)) == digests(one=b"1", two=b"2")


@pytest.mark.parametrize(
    ("export", "reason"),
    [
        (oci(b"\x28\xb5\x2f\xfd" + b"x" * 600), Reason.UNSUPPORTED),
        (oci(BASE)[:2000], Reason.ENGINE_ERROR),
        (tar_of({"manifest.json": b"["}), Reason.UNSUPPORTED),
        (tar_of({"manifest.json": b'[{"Layers": ["nosuch"]}]'}), Reason.UNSUPPORTED),
        (tar_of({"index.json": b"{}"}), Reason.UNSUPPORTED),
        (b"not an archive at all", Reason.ENGINE_ERROR),
        (b"", Reason.ENGINE_ERROR),
    ],
)
def test_a_broken_or_unknown_export_is_no_verdict(export: bytes, reason: Reason) -> None:
    with pytest.raises(UnavailableError) as caught:
        files(export)
    assert caught.value.reason is reason


def test_reading_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError) as caught, open_tar(BoundedReader(iter([BASE]), 100)):
        pass
    assert caught.value.reason is Reason.TOO_LARGE
    monkeypatch.setattr(layers, "MAX_UNPACKED_BYTES", 1000)
    bomb = gzip.compress(tar_of({"usr/zeros": bytes(10_000_000)}))
    with pytest.raises(UnavailableError) as caught:
        files(oci(bomb))
    assert caught.value.reason is Reason.TOO_LARGE
