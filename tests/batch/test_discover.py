"""Finding submissions in what instructors have."""

from __future__ import annotations

import os
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pytest

from grader.batch.discover import discover
from grader.batch.model import Candidate, Named
from grader.batch.roster import Roster
from grader.errors import GradeLabError
from tests.batch.archive_makers import LAB, a_zip

METADATA = """---
submission_1:
  :submitters:
  - :name: Minji Kim
    :sid: s-001
    :email: minji@x.kr
  :created_at: 2026-03-02 10:00:00.000000000 Z
  :results:
    output: |
      submission_2:
        :submitters:
        - :sid: s-999
submission_2:
  :submitters:
  - :name: Ann Lee
    :sid:
    :email: ann@x.kr
  :score: 1.0
"""


def fill(folder: Path, *paths: str) -> Path:
    """Folders (`a/`), archives (`a.zip`), and files."""
    for name in paths:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
            (path / "lab.yaml").write_bytes(LAB)
        elif name.endswith(".zip"):
            a_zip(path, [])
        else:
            path.write_text("x")
    return folder


def found(source: Path, roster: Roster | None = None) -> dict[str, Candidate]:
    scratch = source.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    return {candidate.label: candidate for candidate in discover(source, roster, scratch)}


def zipped(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))


def test_folders_and_archives_by_label_without_litter(tmp_path: Path) -> None:
    folder = fill(
        tmp_path / "class",
        *("s-002.zip", "s-001/", "S-003/", "notes.txt", ".DS_Store", ".git/", "__MACOSX/"),
        *("._s-002.zip", "Thumbs.db", "roster.csv", "onlinetext.html"),
    )
    (folder / "s-004.tar.gz").write_bytes(b"broken")
    assert list(found(folder)) == ["s-001", "s-002", "S-003", "s-004"]


def test_a_document_is_no_archive_though_it_is_a_zip_file(tmp_path: Path) -> None:
    moodle = "Kim_12_assignsubmission_file_"
    folder = fill(tmp_path / "class", "kim_1_100_lab.zip", f"{moodle}/lab.zip")
    for name in ("kim_1_101_report.docx", f"{moodle}/보고서.HWPX", "roster.xlsx"):
        a_zip(folder / name, [])
        os.utime(folder / name, (2e9, 2e9))  # newer than the archives
    sources = {Path(candidate.source).name for candidate in found(folder).values()}
    assert sources == {"kim_1_100_lab.zip", "lab.zip"}


def test_of_several_archives_in_a_folder_the_newest_is_judged_and_told(tmp_path: Path) -> None:
    folder = fill(tmp_path / "class", "kim/lab.zip", "kim/lab-final.zip", "lee/lab.zip")
    for name, time in (("lab.zip", 2e9), ("lab-final.zip", 1e9)):
        os.utime(folder / "kim" / name, (time, time))
    candidates = found(folder)
    assert Path(candidates["kim"].source).name == "lab.zip"
    assert list(map(str, candidates["kim"].notices)) == [
        "of 2 files of this learner the newest is judged, lab.zip; not lab-final.zip"
    ]
    assert candidates["lee"].notices == ()
    (tmp_path / "roster.csv").write_text("id,path\ns-1,class/kim\n")
    roster = tmp_path / "roster.csv"
    assert found(roster)["s-1"].notices == candidates["kim"].notices


def test_labels_are_safe_and_unique_on_every_system(tmp_path: Path) -> None:
    folder = fill(tmp_path / "class", "kim.zip", "KIM/", "con.zip", 'a"b?.zip', "김민지.zip")
    fill(folder, unicodedata.normalize("NFD", "박서준") + ".zip")
    assert sorted(found(folder)) == sorted(["KIM", "kim-2", "_con", "a_b_", "김민지", "박서준"])


def test_a_nested_folder_and_an_archive_in_a_folder_are_gone_into(tmp_path: Path) -> None:
    folder = fill(tmp_path / "class", "kim/lab/wisheasy/", "lee/project.zip", "park/x.txt")
    sources = {label: Path(one.source) for label, one in found(folder).items()}
    assert sources == {
        "kim": folder / "kim" / "lab" / "wisheasy",
        "lee": folder / "lee" / "project.zip",
        "park": folder / "park",
    }


def test_canvas_the_newest_of_a_learners_files_is_judged(tmp_path: Path) -> None:
    folder = fill(
        tmp_path / "submissions",
        "kimminji_101_5000_lab.zip",
        "kimminji_LATE_101_5010_lab-1.zip",
        "kimminji_101_5020_screen.png",
        "kimminji_102_5001_lab.zip",
        "leeann_103_5002_report.docx",
    )
    candidates = found(zipped(folder))
    assert list(candidates) == [
        "kimminji_102_5001_lab",
        "kimminji_LATE_101_5010_lab-1",
        "leeann_103_5002_report.docx",
    ]
    late = candidates["kimminji_LATE_101_5010_lab-1"]
    assert late.named == Named(name="kimminji", user="101")
    assert [str(notice) for notice in late.notices] == [
        "of 3 files of this learner the newest is judged, kimminji_LATE_101_5010_lab-1.zip; "
        "not kimminji_101_5000_lab.zip, kimminji_101_5020_screen.png",
        "Canvas marks it as late",
    ]
    assert not candidates["kimminji_102_5001_lab"].notices


def test_moodle_folders_and_files(tmp_path: Path) -> None:
    folder = fill(
        tmp_path / "submissions",
        "김민지_12_assignsubmission_file_/lab.zip",
        "김민지_12_assignsubmission_onlinetext_/onlinetext.html",
        "Ann Lee_13_assignsubmission_file/lab/",
        "Bo Park_14_assignsubmission_file_lab.zip",
        "Bo Park_14_assignsubmission_onlinetext_onlinetext.html",
    )
    candidates = found(zipped(folder))
    assert list(candidates) == [
        "Ann Lee_13_assignsubmission_file",
        "Bo Park_14_assignsubmission_file_lab",
        "김민지_12_assignsubmission_file_",
    ]
    kim = candidates["김민지_12_assignsubmission_file_"]
    assert kim.named == Named(name="김민지", user="12")
    assert kim.source.endswith("lab.zip")


def test_gradescope_submitters_come_from_its_list_and_cannot_be_forged(tmp_path: Path) -> None:
    folder = fill(tmp_path / "assignment_9_export", "submission_1/", "submission_2/")
    (folder / "submission_metadata.yml").write_text(METADATA)
    candidates = found(zipped(folder))
    assert {label: one.named for label, one in candidates.items()} == {
        "submission_1": Named(id="s-001", name="Minji Kim", email="minji@x.kr"),
        "submission_2": Named(name="Ann Lee", email="ann@x.kr"),
    }


def test_the_partners_in_a_group_are_named(tmp_path: Path) -> None:
    folder = fill(tmp_path / "export", "submission_1/", "submission_2/")
    partners = "  - :name: Jun Park\n    :sid: s-3\n  - :sid: s-4\n  :created_at:"
    (folder / "submission_metadata.yml").write_text(METADATA.replace("  :created_at:", partners))
    candidates = found(folder)
    assert list(map(str, candidates["submission_1"].notices)) == [
        "a group handed it in: the result is with Minji Kim alone, and not with Jun Park, s-4"
    ]
    assert candidates["submission_2"].notices == ()


@pytest.mark.parametrize("text", ["", "x", "submission_1:\n  :submitters:\n  - [", "\0" * 99])
def test_a_broken_list_of_gradescope_costs_nothing(text: str, tmp_path: Path) -> None:
    folder = fill(tmp_path / "export", "submission_1/", "submission_2/")
    (folder / "submission_metadata.yml").write_text(text)
    assert {one.named for one in found(folder).values()} == {Named()}


def test_clones_of_github_classroom(tmp_path: Path) -> None:
    folder = fill(tmp_path / "lab-submissions", "docker-lab-kim-minji/", "docker-lab-lee/")
    for clone in folder.iterdir():
        (clone / ".git").mkdir()
    users = {label: one.named.user for label, one in found(folder).items()}
    assert users == {"docker-lab-kim-minji": "kim-minji", "docker-lab-lee": "lee"}


def test_korean_names_of_windows_in_an_export(tmp_path: Path) -> None:
    export = tmp_path / "export.zip"
    name = "김민지_12_assignsubmission_file_lab.zip".encode("cp949")
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("Q" * len(name), a_zip(tmp_path / "inner.zip", []).read_bytes())
    export.write_bytes(export.read_bytes().replace(b"Q" * len(name), name))
    [candidate] = found(export).values()
    assert candidate.named == Named(name="김민지", user="12")


def test_what_is_left_out_of_an_export_is_told_of_whom_it_is(tmp_path: Path) -> None:
    export = tmp_path / "export.zip"
    with zipfile.ZipFile(export, "w") as archive:
        for name in ("e/s-1/lab.yaml", "e/s-2/lab.yaml", "e/s-2/aux.txt", "e/s-2/../../../x"):
            archive.writestr(name, LAB)
    told = {label: [str(n) for n in one.notices] for label, one in found(export).items()}
    assert told["s-1"] == []
    assert len(told["s-2"]) == 2
    assert "left out: e/s-2/aux.txt: not every computer can have a file of that name" in told["s-2"]


def test_an_archive_or_folder_of_one_submission_is_that_one(tmp_path: Path) -> None:
    archive = a_zip(tmp_path / "kim.zip", [])
    assert found(archive) == {"kim": Candidate(str(archive), "kim")}
    folder = fill(tmp_path, "lee/") / "lee"
    assert found(folder) == {"lee": Candidate(str(folder), "lee")}


@pytest.mark.parametrize(
    "names",
    [
        ("submission_1/", "submission_metadata.yml"),
        ("김민지 - lab.zip", "박서준 - lab.zip"),
        ("s-1/", "s-2/", "roster.csv"),
        ("Kim_12_assignsubmission_file/lab.zip",),
    ],
)
def test_a_folder_that_unpacking_put_around_a_class_is_no_submission(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    folder = fill(tmp_path / "outer" / "export", *names)
    (tmp_path / "outer" / ".DS_Store").write_text("x")
    inside = found(folder)
    assert "export" not in inside
    assert found(tmp_path / "outer") == inside


def test_a_class_of_one_is_no_folder_around_a_class(tmp_path: Path) -> None:
    for name in ("a/kim/lab/lab.yaml", "b/kim/lab.zip", "c/kim/lab/src/app.py"):
        fill(tmp_path, name)
        assert list(found(tmp_path / name[0])) == ["kim"]


def test_of_an_export_of_one_learner_the_name_is_known(tmp_path: Path) -> None:
    folder = fill(tmp_path / "export", "Kim_12_assignsubmission_file/lab.zip")
    archive = shutil.make_archive(str(tmp_path / "moodle"), "zip", folder)
    [candidate] = found(Path(archive)).values()
    assert candidate.named == Named(name="Kim", user="12")


def test_a_roster_tells_where_submissions_are(tmp_path: Path) -> None:
    fill(tmp_path, "subs/kim/project.zip", "subs/lee/")
    path = tmp_path / "roster.csv"
    path.write_text(
        "id,path\n"
        "s-3,https://git.example.org/a/b.git\n"
        "s-2,subs/lee\n"
        "s-1,subs/kim/project.zip\n"
        "s-4,subs/none.zip\n"
        "s-5,\n"
    )
    candidates = found(path)
    assert {label: one.source for label, one in candidates.items()} == {
        "s-1": str(tmp_path / "subs/kim/project.zip"),
        "s-2": str(tmp_path / "subs/lee"),
        "s-3": "https://git.example.org/a/b.git",
        "s-4": str(tmp_path / "subs/none.zip"),
    }
    assert [one.enrolled.line for one in candidates.values() if one.enrolled] == [4, 3, 2, 5]


def test_a_roster_beside_a_folder_names_its_files(tmp_path: Path) -> None:
    fill(tmp_path, "class/odd name.zip", "class/other.zip")
    (tmp_path / "roster.csv").write_text("id,file,path\ns-1,x,class/odd name.zip\n")
    candidates = found(tmp_path / "class", Roster.load(tmp_path / "roster.csv"))
    lines = {label: one.enrolled and one.enrolled.id for label, one in candidates.items()}
    assert lines == {"odd name": "s-1", "other": None}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none", "cannot be read"),
        ("empty/", "there are no submissions"),
        ("page.html", "neither a folder"),
        ("roster.csv", "there are no submissions"),
    ],
)
def test_what_holds_no_submissions_is_told(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "page.html").write_text("x")
    (tmp_path / "roster.csv").write_text("id,name\ns-1,Minji\n")
    with pytest.raises(GradeLabError, match=reason):
        found(tmp_path / name)
