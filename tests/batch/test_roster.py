"""Rosters as instructors have them: any encoding, delimiter and language; mistakes with lines."""

from __future__ import annotations

import codecs
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.columns import called, full_name, name_keys, when
from grader.batch.roster import Roster
from grader.errors import GradeLabError

KST = timezone(timedelta(hours=9))
KOREAN = (
    "학번,이름,이메일,도커허브 아이디,경로\n20230001,김민지,minji@snu.ac.kr,minjihub,subs/kim.zip\n"
)


def a_roster(folder: Path, text: str, encoding: str = "utf-8") -> Roster:
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return Roster.load(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(GradeLabError) as caught:
        a_roster(folder, text)
    prefix = f"{folder / 'roster.csv'}:"
    return [str(problem).removeprefix(prefix) for problem in caught.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_of_spreadsheets(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    [line] = a_roster(tmp_path, KOREAN.replace(",", delimiter), encoding)
    assert (line.line, line.id, line.name) == (2, "20230001", "김민지")
    assert (line.email, line.hub_id, line.source) == ("minji@snu.ac.kr", "minjihub", "subs/kim.zip")


def test_utf_16_with_the_larger_byte_first(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"))
    assert [line.name for line in Roster.load(path)] == ["김민지"]


@pytest.mark.parametrize(
    ("text", "learner"),
    [
        ("ID;Name\ns-1;Minji Kim\n", ("s-1", "Minji Kim")),
        ("Student Id,FULL NAME\ns-1,Minji Kim\n", ("s-1", "Minji Kim")),
        ("First Name,Last Name,SID,Email\nMinji,Kim,s-1,m@x.kr\n", ("s-1", "Minji Kim")),
        ("First Name,Last Name,SID\n민지,김,s-1\n", ("s-1", "김민지")),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section\n"
            '    Points Possible,,,,\n"Kim, Minji",991,s-1,mkim,A\n',
            ("s-1", "Kim, Minji"),
        ),
        ("Identifier,Full name,Email address\nParticipant 12,Minji Kim,m@x.kr\n", None),
        ('identifier,github_username,github_id,name\n"s-1",octo,1,""\n', ("s-1", "")),
        ("sep=;\nid;name\ns-1;Minji\n", ("s-1", "Minji")),
        ("2026-2 수강생,,\n,,\n번호,학번,성명\n1,s-1,김민지\n", ("s-1", "김민지")),
        ("\n\nid,name\n\ns-1,Minji\n,\n", ("s-1", "Minji")),
        ('"id","name, as written"\n"s-1","x"\n', ("s-1", "")),
    ],
)
def test_headers_of_every_system(
    text: str, learner: tuple[str, str] | None, tmp_path: Path
) -> None:
    [line] = a_roster(tmp_path, text)
    assert (line.id, line.name) == (learner or ("Participant 12", "Minji Kim"))


def test_other_columns_are_kept_as_they_stand(tmp_path: Path) -> None:
    [line] = a_roster(tmp_path, 'id,Team, Note \ns-1,Blue," =1+1 "\n')
    assert line.columns == {"id": "s-1", "Team": "Blue", " Note ": " =1+1 "}


def test_everyone_is_found_by_whatever_is_known(tmp_path: Path) -> None:
    roster = a_roster(
        tmp_path,
        "Student,ID,SIS User ID,Email,GitHub Username,Docker Hub,path\n"
        '"Kim, Minji",991,S-1,Minji@X.kr,octo-kim,MinjiHub,subs/kim.zip\n'
        '"Lee, Ann",992,S-2,ann@x.kr,,,https://git.example.org/lee.git\n'
        '"Lee, Ann",993,S-3,ann3@x.kr,,,\n',
    )
    for field, value in [
        ("id", "s-1"),
        ("email", " minji@x.KR"),
        ("name", "Minji Kim"),
        ("name", "kimminji"),
        ("hub_id", "minjihub"),
        ("user", "991"),
        ("user", "octo-kim"),
    ]:
        assert [line.id for line in roster.find(field, value)] == ["S-1"], (field, value)
    assert [line.id for line in roster.find("name", "Ann Lee")] == ["S-2", "S-3"]
    assert not roster.find("id", "")
    by_path = roster.of_source(tmp_path / "subs" / "kim.zip")
    by_name = roster.of_source(Path("/elsewhere/kim.zip"))
    assert by_path is by_name is roster.find("id", "S-1")[0]
    assert roster.place(roster.find("id", "S-2")[0]) == "https://git.example.org/lee.git"


def test_zeros_that_a_spreadsheet_took_away_are_no_difference(tmp_path: Path) -> None:
    roster = a_roster(tmp_path, "id,name\n0012,A\n12345,B\n07,C\n7,D\nx0,E\n")
    found = {
        said: [line.name for line in roster.find("id", said)]
        for said in ("12", "012", "0012345", "07", "7", "007", "0x0", "0", "")
    }
    assert found == {
        "12": ["A"],
        "012": ["A"],
        "0012345": ["B"],
        "07": ["C"],
        "7": ["D"],
        "007": ["C", "D"],
        "0x0": [],
        "0": [],
        "": [],
    }


def test_an_id_that_a_spreadsheet_rounded_is_a_mistake(tmp_path: Path) -> None:
    [told] = problems(tmp_path, "id,name\n2.02401E+11,A\n1e5,B\n")
    assert told.startswith("2: id: a spreadsheet made 2.02401E+11 of it")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Kim, Minji", "Minji Kim"),
        ("김, 민지", "김민지"),
        ("김민지", "김민지"),
        ("Kim,", "Kim,"),
        ("", ""),
    ],
)
def test_a_name_in_a_list_has_no_comma_of_its_own(name: str, told: str) -> None:
    assert called(name) == told


def test_moodle_participants_are_found_by_their_number(tmp_path: Path) -> None:
    roster = a_roster(tmp_path, "Identifier,Full name\nParticipant 12,Minji Kim\n")
    assert [line.name for line in roster.find("user", "12")] == ["Minji Kim"]


def test_mistakes_are_told_all_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "id,name,submitted_at\ns-1,A,\n,B,\ns-3,C,tomorrow\nS-1,D,\ns-5,E,,x\n"
    assert problems(tmp_path, text) == [
        "3: id: is empty",
        "4: submitted_at: tomorrow is not a date and time",
        "6: has more cells than the header has columns",
        "5: the id S-1 stands in line 2, too",
    ]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    assert problems(tmp_path, 'id,name\ns-1,"two\nlines"\n,B\n') == ["4: id: is empty"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: is empty"),
        ("name,team\nA,B\n", "1: no column tells the learners' ids; name one id, student id, 학번"),
        ("id,a,a\ns-1,1,2\n", "1: columns of the same name: a"),
        ("id,name\ns-\x1b1,A\n", "2: id: longer than 200 characters, or not readable"),
        ('id\n"s-1\n', "2: not valid CSV: unexpected end of data"),
    ],
)
def test_what_is_no_roster_is_told(text: str, told: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text) == [told]


@pytest.mark.parametrize("data", [b"\xff\xff\xff", "UTF-16".encode("utf-16-le")])
def test_an_unknown_encoding_is_told_with_its_line(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_bytes(b"id,name\ns-1,ok\ns-2," + data + b"\n")
    with pytest.raises(GradeLabError, match=r"csv:3: is neither UTF-8 nor CP949"):
        Roster.load(tmp_path / "roster.csv")


def test_a_cell_that_was_kept_from_being_a_formula_is_read_as_it_was(tmp_path: Path) -> None:
    [line] = a_roster(tmp_path, "id,name\n'-007,'a'\n")
    assert (line.id, line.name) == ("-007", "'a'")


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GradeLabError, match="cannot be read"):
        Roster.load(tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T14:05:11Z", datetime(2026, 3, 2, 14, 5, 11, tzinfo=UTC)),
        ("2026-03-02 14:05:11 -0700", datetime(2026, 3, 2, 21, 5, 11, tzinfo=UTC)),
        ("2026-03-02 14:05 UTC", datetime(2026, 3, 2, 14, 5, tzinfo=UTC)),
        ("2026. 3. 2. 오후 2:05:11 KST", datetime(2026, 3, 2, 14, 5, 11, tzinfo=KST)),
        ("2026년 3월 2일 오전 12:05 KST", datetime(2026, 3, 2, 0, 5, tzinfo=KST)),
        ("2026/03/02 2:05 PM +09:00", datetime(2026, 3, 2, 14, 5, tzinfo=KST)),
    ],
)
def test_times_as_tables_have_them(text: str, moment: datetime) -> None:
    assert when(text) == moment


@pytest.mark.parametrize("text", ["03/02/2026 14:05", "2026-13-02 10:00", "2026-03-02", "25:00"])
def test_times_that_may_mean_another_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        when(text)


def test_a_time_without_a_zone_is_of_this_machine() -> None:
    assert when("2026-03-02 14:05") == datetime(2026, 3, 2, 14, 5).astimezone()


def test_names_are_the_same_however_they_are_ordered() -> None:
    assert set(name_keys("Kim, Min Ji")) & set(name_keys("Min Ji Kim"))
    assert set(name_keys("김 민지")) & set(name_keys("김민지"))
    assert not set(name_keys("Kim, Minji")) & set(name_keys("Lee, Minji"))
    assert full_name("Minji", "") == "Minji"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_anything_but_a_told_mistake(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        path.write_bytes(b"id,name,submitted_at\n" + data)
        with suppress(GradeLabError):
            assert all(line.id.isprintable() for line in Roster.load(path))
