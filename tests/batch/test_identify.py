"""Who is who: lab.yaml, then the roster, then the file's name; and what does not agree is told."""

from __future__ import annotations

from copy import copy
from pathlib import Path

import pytest

from grader.batch.identify import Identity, identify
from grader.batch.model import Candidate, Named
from grader.batch.roster import Roster
from grader.errors import GradeLabError
from grader.result import Learner
from grader.submission import Submission, load
from tests.batch.hostile_inside import INSIDE

ROSTER = """id,name,email,hub_id,github_username,path
s-001,김민지,minji@x.kr,minjihub,octo-kim,one.zip
s-002,Ann Lee,ann@x.kr,,,two.zip
s-003,Ann Lee,ann3@x.kr,,,
"""


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return Roster.load(tmp_path / "roster.csv")


def who(
    roster: Roster | None,
    label: str = "two",
    *,
    lab: tuple[str, str] = ("", ""),
    line: str = "",
    named: Named | None = None,
    hub_id: str = "",
) -> Identity:
    """Whose it is, of a submission whose lab.yaml and name say this; ``line`` names an id."""
    found = roster.find("id", line)[0] if roster and line else None
    enrolled = copy(found)  # as from another process
    handed_in = Submission(
        Path("x"),
        learner=Learner(id=lab[0], name=lab[1]),
        variables={"hub_id": hub_id} if hub_id else {},
    )
    candidate = Candidate("x", label, enrolled, named or Named())
    return identify(handed_in, candidate, roster)


def told(identity: Identity) -> list[str]:
    return [str(notice) for notice in identity.notices]


def test_all_agree(roster: Roster) -> None:
    found = who(roster, lab=("s-001", "김민지"), line="s-001")
    assert found.learner == Learner(id="s-001", name="김민지")
    assert found.email == "minji@x.kr"
    assert found.enrolled is roster.find("id", "s-001")[0]
    assert found.variables == {"learner_id": "s-001", "hub_id": "minjihub"}
    assert not found.notices


def test_lab_yaml_wins_over_the_line_that_named_the_file(roster: Roster) -> None:
    found = who(roster, lab=("S-002", ""), line="s-001")
    assert found.learner == Learner(id="s-002", name="Ann Lee")
    assert found.enrolled is roster.find("id", "s-002")[0]
    assert told(found) == [
        "lab.yaml says S-002, the roster says s-001 for this file; lab.yaml's is used"
    ]


def test_an_id_that_nobody_has_is_used_and_told(roster: Roster) -> None:
    found = who(roster, lab=("s-999", "Zoe"), line="s-001")
    assert (found.learner, found.enrolled) == (Learner(id="s-999", name="Zoe"), None)
    assert told(found) == [
        "lab.yaml says s-999, the roster says s-001 for this file; lab.yaml's is used",
        "s-999 is not on the roster",
    ]


def test_lab_yaml_and_the_files_name_disagree(roster: Roster) -> None:
    found = who(roster, "s-001_lab", lab=("s-002", ""))
    assert found.learner.id == "s-002"
    assert told(found) == ["lab.yaml says s-002, the file's name s-001; lab.yaml's is used"]


def test_another_name_for_the_same_id_is_told(roster: Roster) -> None:
    found = who(roster, lab=("s-002", "Bo\x1b[2J Park"))
    assert told(found) == ["lab.yaml names Bo\\x1b[2J Park, the roster Ann Lee, for s-002"]


def test_the_roster_where_lab_yaml_says_nothing(roster: Roster) -> None:
    found = who(roster, "whatever", line="s-002")
    assert found.learner == Learner(id="s-002", name="Ann Lee")
    assert not found.notices


@pytest.mark.parametrize(
    ("label", "named"),
    [
        ("s-001", Named()),
        ("S-001", Named()),
        ("lab1_s-001", Named()),
        ("s-001 (김민지)", Named()),
        ("김민지", Named()),
        ("lab1_김민지_final", Named()),
        ("minji@x.kr", Named()),
        ("docker-lab-octo-kim", Named()),
        ("docker-lab-minjihub", Named()),
        ("kim", Named(user="octo-kim")),
        ("submission_1", Named(id="s-001", name="Someone")),
        ("submission_1", Named(email="minji@x.kr", name="Someone")),
        ("x", Named(name="김민지", user="5")),
        ("x", Named(name="Group A-김민지", user="5")),
    ],
)
def test_the_name_of_the_file_where_nothing_else_tells(
    label: str, named: Named, roster: Roster
) -> None:
    found = who(roster, label, named=named)
    assert found.learner == Learner(id="s-001", name="김민지")
    assert not found.notices


def test_a_name_in_lab_yaml_finds_its_learner(roster: Roster) -> None:
    assert who(roster, "zzz", lab=("", "민지 김")).learner.id == "s-001"


def test_a_name_that_two_have_is_nobodys(roster: Roster) -> None:
    found = who(roster, "Ann Lee")
    assert (found.learner.id, found.enrolled) == ("Ann Lee", None)
    assert told(found) == ["nothing tells whose it is: its name, Ann Lee, is the id"]


def test_two_learners_in_one_name_are_not_guessed(roster: Roster) -> None:
    assert who(roster, "s-001_s-002").enrolled is None


def test_without_a_roster_the_export_tells(roster: Roster) -> None:
    found = who(None, "submission_1", named=Named(id="s-7", name="Zoe", email="z@x.kr"))
    assert (found.learner, found.email) == (Learner(id="s-7", name="Zoe"), "z@x.kr")
    assert not found.notices
    assert who(None, "kim").learner.id == "kim"
    assert told(who(None, "kim")) == ["nothing tells whose it is: its name, kim, is the id"]


def test_lab_yaml_wins_for_docker_hub_too(roster: Roster) -> None:
    found = who(roster, lab=("s-001", ""), hub_id="other")
    assert found.variables["hub_id"] == "other"
    assert told(found) == [
        "lab.yaml says other at Docker Hub, the roster minjihub; lab.yaml's is used"
    ]


def test_notices_of_how_it_came_are_kept(roster: Roster) -> None:
    from grader.messages import msg

    candidate = Candidate("x", "s-001", notices=(msg("Canvas marks it as late"),))
    found = identify(Submission(Path("x")), candidate, roster)
    assert told(found) == ["Canvas marks it as late"]


@pytest.mark.parametrize("kind", INSIDE)
def test_a_hostile_lab_yaml_is_told_or_names_a_learner(kind: str, tmp_path: Path) -> None:
    files, reason = INSIDE[kind]
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    try:
        handed_in = load(tmp_path)
    except GradeLabError as error:
        told = str(error)
    else:
        told = ""
        found = identify(handed_in, Candidate("x", "label"), None)
        assert found.learner.id
        assert found.variables["learner_id"] == found.learner.id
    assert bool(told) == bool(reason)
    assert reason in told
