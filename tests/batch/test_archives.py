"""Unpacking: hostile archives do no harm, honest ones of any make come out whole."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.archives import unpack, unpack_export
from grader.batch.names import RefusedNameError, parts_of, safe_label, unique
from grader.batch.writing import Bounds
from grader.errors import GradeLabError
from grader.messages import Message, Translator
from tests.batch.archive_makers import LAB, a_member, a_raw_zip, a_tar, a_zip, an_entry, tar_bytes
from tests.batch.folders import tree
from tests.batch.hostile import HOSTILE, Hostile

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_the_hostile_set_is_large_and_its_names_are_unique() -> None:
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) >= 50


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.name)
def test_a_hostile_archive_does_no_harm_and_is_named(hostile: Hostile, tmp_path: Path) -> None:
    place, out = tmp_path / "place", tmp_path / "box" / "out"
    place.mkdir()
    (tmp_path / "victim").write_bytes(b"unharmed")
    archive = hostile.make(place)
    out.parent.mkdir()
    before = tree(tmp_path)
    told: list[Message] = []
    refused = ""
    try:
        root = unpack(archive, out, told.append)
    except GradeLabError as error:
        refused = Translator("en").text(error.message)
        assert archive.name in refused
        assert not out.exists()
    after = {path: content for path, content in tree(tmp_path).items() if "box/out" not in path}
    assert after == before
    said = " ".join(map(str, told))
    fate = "refused" if refused else "skipped" if told else "kept"
    assert (fate, hostile.reason in (refused or said)) == (hostile.fate, True), refused or said
    assert (refused + said).isprintable()
    if not refused:
        assert (out / "lab.yaml").read_bytes() == LAB
        assert root == out
        inside = list(out.rglob("*"))
        assert all(stat.S_IFMT(p.lstat().st_mode) in {stat.S_IFREG, stat.S_IFDIR} for p in inside)
        assert {stat.S_IMODE(p.lstat().st_mode) for p in inside} <= {0o600, 0o700}


@pytest.mark.parametrize("form", ["zip", "tar", "gz", "xz", "bz2"])
def test_what_an_archive_is_its_content_tells_not_its_name(form: str, tmp_path: Path) -> None:
    archive = tmp_path / "kim.txt"
    data = tar_bytes((a_member("app/main.py"), b"print()\n"))
    if form == "zip":
        a_zip(archive, [("app/main.py", b"print()\n")])
    else:
        archive.write_bytes(PACKED[form](data))
    root = unpack(archive, tmp_path / "out")
    assert tree(root) == {"lab.yaml": LAB, "app": b"folder", "app/main.py": b"print()\n"}


def test_litter_of_systems_stays_out(tmp_path: Path) -> None:
    litter = ["__MACOSX/._lab.yaml", ".DS_Store", "app/.DS_Store", "Thumbs.db", "app/._main.py"]
    archive = a_zip(tmp_path / "a.zip", [(name, b"x") for name in [*litter, "app/main.py"]])
    told: list[Message] = []
    root = unpack(archive, tmp_path / "out", told.append)
    assert files_in(root) == {"lab.yaml", "app/main.py"}
    assert not told


@pytest.mark.parametrize(
    ("files", "root"),
    [
        (["lab/lab.yaml", "lab/app/main.py"], "lab"),
        (["a/b/c/lab.yaml", "a/b/c/Dockerfile"], "a/b/c"),
        (["readme.txt", "lab/lab.yaml"], "lab"),
        (["a/lab.yaml", "b/lab.yaml"], ""),
        (["a/b/Dockerfile", "a/b/answers.md"], "a/b"),
        (["a/b/c/d/e/Dockerfile"], "a/b/c"),
        (["Dockerfile", "app/main.py"], ""),
        (["lab.yaml", "old/lab.yaml"], ""),
    ],
)
def test_the_submission_is_found_in_nested_folders(
    files: list[str], root: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in files:
            archive.writestr(name, "x")
    assert unpack(tmp_path / "a.zip", tmp_path / "out") == tmp_path / "out" / root


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("김민지/답안.md".encode("cp949"), "김민지/답안.md"),
        ("실습 보고서(최종).md".encode("cp949"), "실습 보고서(최종).md"),
        ("김민지/답안.md".encode(), "김민지/답안.md"),
        (unicodedata.normalize("NFD", "답안.md").encode(), "답안.md"),
        ("résumé.md".encode("cp437"), "résumé.md"),
        ("Übung.md".encode("cp437"), "Übung.md"),
        (b"plain.md", "plain.md"),
    ],
)
def test_names_of_an_untold_encoding_are_read(raw: bytes, name: str, tmp_path: Path) -> None:
    root = unpack(a_raw_zip(tmp_path / "a.zip", raw), tmp_path / "out")
    assert files_in(root) == {"lab.yaml", name}


def as_windows_powershell(name: str) -> zipfile.ZipInfo:
    """An entry as Compress-Archive of Windows PowerShell 5.1 makes it."""
    info = an_entry(name)
    info.create_system = info.external_attr = 0
    return info


def test_backslashes_of_windows_part_folders(tmp_path: Path) -> None:
    entries = [("lab\\", b""), ("lab\\lab.yaml", LAB), ("lab\\.grade-lab\\journal.jsonl", b"x")]
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries:
            archive.writestr(as_windows_powershell(name), content)
    assert unpack(path, tmp_path / "out") == tmp_path / "out" / "lab"
    assert files_in(tmp_path / "out" / "lab") == {"lab.yaml", ".grade-lab/journal.jsonl"}


@pytest.mark.parametrize("name", ["..\\victim", "a\\..\\..\\b", "\\\\host\\share", "\\x", "C:\\x"])
def test_backslashes_of_windows_lead_nowhere(tmp_path: Path, name: str) -> None:
    archive = a_zip(tmp_path / "in.zip", [(as_windows_powershell(name), b"x")])
    with pytest.raises(GradeLabError):
        unpack(archive, tmp_path / "out")


def test_the_unicode_path_field_wins_over_guessing(tmp_path: Path) -> None:
    field = b"\x01" + struct.pack("<L", crc32(b"AAAA")) + "답안.md".encode()
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    root = unpack(a_raw_zip(tmp_path / "a.zip", b"AAAA", extra=extra), tmp_path / "out")
    assert files_in(root) == {"lab.yaml", "답안.md"}


def test_korean_names_in_tar_files_of_windows_are_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("답안.md")
    data = info.tobuf(tarfile.GNU_FORMAT, "cp949") + tar_bytes()
    (tmp_path / "a.tar").write_bytes(data)
    assert files_in(unpack(tmp_path / "a.tar", tmp_path / "out")) == {"lab.yaml", "답안.md"}


def test_files_keep_the_time_that_the_archive_tells(tmp_path: Path) -> None:
    by_zip = unpack(a_zip(tmp_path / "a.zip", []), tmp_path / "zip")
    by_tar = unpack(a_tar(tmp_path / "a.tgz"), tmp_path / "tar")
    assert (by_zip / "lab.yaml").stat().st_mtime == 1_772_445_600
    assert (by_tar / "lab.yaml").stat().st_mtime == 1_772_445_600


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(total=5_000), "come out of it"),
        (Bounds(file=5_000), "is larger than"),
        (Bounds(members=2), "more than 2 files"),
        (Bounds(seconds=-1), "too long"),
        (Bounds(ratio=2, ratio_from=0), "come out of it"),
    ],
)
@pytest.mark.parametrize("form", ["zip", "tar"])
def test_every_bound_holds(bounds: Bounds, reason: str, form: str, tmp_path: Path) -> None:
    files = [(f"file-{number}", b"0123456789" * 600) for number in range(3)]
    archive = (
        a_zip(tmp_path / "a.zip", files)
        if form == "zip"
        else a_tar(tmp_path / "a.tar.gz", *((a_member(n), content) for n, content in files))
    )
    with pytest.raises(GradeLabError, match=reason):
        unpack(archive, tmp_path / "out", bounds=bounds)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("precious")
    with pytest.raises(GradeLabError, match="not empty"):
        unpack(a_zip(tmp_path / "a.zip", []), tmp_path / "out")
    assert tree(tmp_path / "out") == {"mine": b"precious"}


def test_many_of_a_kind_are_told_as_one(tmp_path: Path) -> None:
    links = [(an_entry(f"bin/{n}", stat.S_IFLNK | 0o777), b"../x") for n in range(500)]
    told: list[Message] = []
    unpack(a_zip(tmp_path / "a.zip", links), tmp_path / "out", told.append)
    assert list(map(str, told)) == ["left out: bin/0 is a link (and 499 more)"]


def test_in_an_export_one_learner_costs_another_nothing(tmp_path: Path) -> None:
    files: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        ("submission_1/lab.yaml", LAB),
        ("submission_2/../../x", b"x"),
        (an_entry("submission_2/pipe", stat.S_IFIFO), b""),
        ("submission_2/lab.yaml", LAB),
    ]
    left_out = unpack_export(a_zip(tmp_path / "a.zip", files), tmp_path / "out")
    assert {one.path for one in left_out} == {"submission_2/../../x", "submission_2/pipe"}
    assert files_in(tmp_path / "out") == {
        "lab.yaml",
        "submission_1/lab.yaml",
        "submission_2/lab.yaml",
    }


ANY_NAME = st.text(
    st.one_of(st.sampled_from("./\\:ab가 \0\n\u202e*~"), st.characters()), min_size=1, max_size=40
)


@settings(deadline=None)
@given(ANY_NAME)
def test_a_name_that_is_accepted_stays_inside_on_every_system(name: str) -> None:
    try:
        parts = parts_of(name)
    except RefusedNameError:
        return
    for part in parts:
        assert part not in {"", ".", ".."}
        assert not set(part) & set('/\\:*?"<>|\0')
        assert part == part.rstrip(". ")


@settings(deadline=None)
@given(st.lists(ANY_NAME, max_size=8))
def test_labels_are_names_of_different_folders_on_every_system(names: list[str]) -> None:
    labels = list(unique(safe_label(name) for name in names))
    assert len({label.casefold() for label in labels}) == len(names)
    for label in labels:
        assert parts_of(label) == (label,)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from(["zip", "tar"]))
def test_damage_anywhere_never_does_harm(noise: bytes, at: int, form: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        archive = place / "a"
        a_zip(archive, [("a/b.txt", b"content")]) if form == "zip" else archive.write_bytes(
            tar_bytes((a_member("a/b.txt"), b"content"))
        )
        data = archive.read_bytes()
        archive.write_bytes(data[:at] + noise + data[at + len(noise) :])
        try:
            unpack(archive, place / "out")
        except GradeLabError:
            assert not (place / "out").exists()
        assert {path.name for path in place.iterdir()} <= {"a", "out"}
