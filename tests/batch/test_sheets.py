"""The sheets of Canvas, Moodle and Gradescope: filled in, and otherwise as they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.batch.model import Row
from grader.batch.outputs.contract import Graded
from grader.batch.outputs.gradebooks import lms_of
from grader.errors import GradeLabError
from grader.plugins import class_output
from grader.result import Learner
from tests.batch.graded import broken, graded, row, sheet, table

CANVAS = [
    *[["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz (7)", "Containers (12)"]],
    *[["", "", "", "", "", "", "Manual Posting"]],
    ["    Points Possible", "", "", "", "", "5", "100"],
    ["김, 민지", "4001", "20260001", "minji", "A", "4", ""],
    ["Lee, Jun", "4002", "20260002", "jun@u.ac.kr", "A", "", "50"],
    ["박, 서연", "4003", "", "seo", "A and B", "-1", "EX"],
    ["=cmd|' /c calc'!A1", "4004", "20260004", "evil@u.ac.kr", "A", "", "12"],
]
MOODLE = [
    [
        *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
        *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
        "Feedback comments",
    ],
    *(
        [f"Participant {number}", name, email, "Submitted", grade, "100.00", "Yes", "-", "-", said]
        for number, name, email, grade, said in [
            (11, "김민지", "minji@u.ac.kr", "", ""),
            (12, "Jun Lee", "jun@u.ac.kr", "40.00", "<p>well done,\nJun</p>"),
            (13, "박서연", "seo@u.ac.kr", "", "see me"),
            (14, "Unseen", "un@u.ac.kr", "", ""),
        ]
    ),
]
GRADESCOPE = [
    ["First Name", "Last Name", "SID", "Email", "Sections"],
    ["민지", "김", "20260001", "minji@u.ac.kr", "A"],
    ["Jun", "Lee", "20260002", "jun@u.ac.kr", "B"],
]


def filled(
    tmp_path: Path, name: str, records: Sequence[Sequence[str]], rows: Sequence[Row], **how: Any
) -> tuple[list[list[str]], str]:
    """The sheet after it was filled in, and what the instructor is told."""
    given = sheet(tmp_path / f"given-{name}.csv", records, **how)
    assert lms_of(given) == name
    output = class_output(name)
    told = output.write(graded(tmp_path, rows, gradebook=given), tmp_path / output.filename)
    shape = {key: how[key] for key in ("encoding", "delimiter") if key in how}
    return table(tmp_path / output.filename, **shape), "\n".join(map(str, told))


def test_canvas_gets_grades_in_its_own_sheet_and_nothing_else_changes(tmp_path: Path) -> None:
    rows = [
        row("20260001", "15"),
        row("Jun", "7.77", learner=Learner(id="jun")),
        row("x", "18", email="EVIL@u.ac.kr"),
        row("4003", "20"),
        row("stranger", "20"),
    ]
    after, told = filled(tmp_path, "canvas", CANVAS, rows)
    expected = [list(record) for record in CANVAS]
    expected[3][6] = "75"
    expected[4][6] = "38.85"
    expected[6][0] = "'" + expected[6][0]
    expected[6][6] = "90"
    assert after == expected
    assert "stranger" in told
    assert "excused, and left so: 박서연" in told


def test_two_submissions_of_one_learner_are_left_to_a_person(tmp_path: Path) -> None:
    rows = [row("4001"), row("again", learner=Learner(id="20260001")), broken("4002", "bomb")]
    after, told = filled(tmp_path, "canvas", CANVAS, rows)
    assert after[3:5] == [list(record) for record in CANVAS[3:5]]
    assert "no submission, and the grade is left as it was: 박서연, =cmd" in told
    assert "two submissions of one learner, whose grade is left as it was: 4001, again" in told
    assert "could not be judged, and the grade is left as it was: 4002" in told


def test_a_name_counts_only_if_one_learner_has_it(tmp_path: Path) -> None:
    twins = [*CANVAS, ["Kim, Anna", "4005", "", "a1", "A", "", ""]]
    who = [row("x", "20", learner=Learner(id="?", name="Anna Kim"))]
    after, _ = filled(tmp_path, "canvas", twins, who)
    assert after[7][6] == "100"
    twins.append(["Kim, Anna", "4006", "", "a2", "A", "", ""])
    after, told = filled(tmp_path, "canvas", twins, who)
    assert [record[6] for record in after[7:]] == ["", ""]
    assert "not in given-canvas.csv, so without a grade there: x" in told


@pytest.mark.parametrize("column", ["Quiz (7)", "quiz"])
def test_an_assignment_can_be_named(tmp_path: Path, column: str) -> None:
    given = sheet(tmp_path / "given.csv", CANVAS)
    path = tmp_path / "canvas.csv"
    gave = graded(tmp_path, [row("4001", "20")], gradebook=given, column=column)
    class_output("canvas").write(gave, path)
    assert table(path)[3][5:] == ["5", ""]


def test_an_assignment_that_canvas_does_not_have_is_never_made_up(tmp_path: Path) -> None:
    records = [[cell.replace("Containers", "Lab 1") for cell in record] for record in CANVAS]
    given = sheet(tmp_path / "given.csv", records)
    with pytest.raises(GradeLabError, match="no single assignment") as caught:
        class_output("canvas").write(
            graded(tmp_path, [row("4001")], gradebook=given), tmp_path / "canvas.csv"
        )
    assert "Quiz (7), Lab 1 (12)" in str(caught.value.advice[0])
    assert not (tmp_path / "canvas.csv").exists()


@pytest.mark.parametrize(
    "how",
    [
        {"encoding": "utf-8-sig"},
        {"encoding": "cp949"},
        {"encoding": "utf-16", "delimiter": "\t"},
        {"delimiter": ";", "lineterminator": "\n"},
        {"lineterminator": "\n"},
    ],
    ids=str,
)
@pytest.mark.parametrize(("name", "records"), [("canvas", CANVAS), ("moodle", MOODLE[:3])])
def test_encoding_delimiter_and_line_ends_stay(
    tmp_path: Path, name: str, records: list[list[str]], how: dict[str, str]
) -> None:
    given = sheet(tmp_path / "given.csv", [r for r in records if r[0][:1] != "="], **how)
    path = tmp_path / "out.csv"
    class_output(name).write(graded(tmp_path, [], gradebook=given), path)
    assert path.read_bytes() == given.read_bytes()


def test_excels_line_that_names_the_delimiter_stays(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    text = "\n".join(";".join(record) for record in GRADESCOPE)
    given.write_bytes(f"sep=;\n{text}\n".encode())
    path = tmp_path / "gradescope.csv"
    class_output("gradescope").write(graded(tmp_path, [], gradebook=given), path)
    assert path.read_bytes().startswith(b"sep=;\nFirst Name;")


def test_moodle_gets_grades_on_its_own_scale(tmp_path: Path) -> None:
    rows = [row("minji", "13.33", email="MINJI@u.ac.kr"), row("12", "20"), broken("seo")]
    after, told = filled(tmp_path, "moodle", MOODLE, rows)
    assert [record[4] for record in after] == ["Grade", "66.65", "100", ""]
    assert [record[0] for record in after][1:] == [f"Participant {n}" for n in (11, 12, 14)]
    assert after[2][9] == "<p>well done,\nJun</p>"
    assert "feedback without a grade erases grades, so these lines are left out: 박서연" in told


def test_moodles_worksheet_is_known_in_any_language(tmp_path: Path) -> None:
    header = ["식별자", "성명", "이메일", "상태", "성적", "최고", "변경", "제출", "채점", "피드백"]
    records = [header, *([f"참여자 {r[0][-2:]}", *r[1:]] for r in MOODLE[1:])]
    records = [[cell.replace("100.00", "100,00") for cell in record] for record in records]
    after, _ = filled(tmp_path, "moodle", records, [row("m", "13.33", name="김민지")])
    assert after[1][4] == "66,65"


def test_gradescopes_roster_gets_columns_for_scores(tmp_path: Path) -> None:
    rows = [row("20260001", "12.5"), broken("20260002")]
    after, _ = filled(tmp_path, "gradescope", GRADESCOPE, rows)
    assert after[0][5:] == ["Total Score", "Max Points", "Status"]
    assert after[1][:2] == ["민지", "김"]
    assert after[1][5:] == ["12.5", "20", "Graded"]
    assert after[2] == GRADESCOPE[2]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Identifier,Grade\n", '"', "\x00\x01"])
def test_a_file_that_is_no_gradebook_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "given.csv").write_text(text)
    with pytest.raises(GradeLabError):
        lms_of(tmp_path / "given.csv")
    with pytest.raises(GradeLabError, match="cannot be read"):
        lms_of(tmp_path / "gone.csv")


def test_without_a_sheet_the_roster_tells_what_it_knows(tmp_path: Path) -> None:
    roster = sheet(
        tmp_path / "roster.csv",
        [
            ["id", "name", "email", "Section", "Login", "Canvas ID", "First Name", "Last Name"],
            ["s-1", "김민지", "m@u.ac.kr", "A", "minji", "4001", "민지", "김"],
        ],
        encoding="cp949",
    )
    at = datetime(2026, 11, 30, 16, 0, 1, tzinfo=UTC)
    mine = row("s-1", "12.5", "김민지", email="m@u.ac.kr", enrolled=2, submitted_at=at)
    rows = [mine, broken("s-2")]
    written = {}
    for name in ("canvas", "moodle", "gradescope"):
        given = graded(tmp_path, rows, roster=roster, lang="ko")
        class_output(name).write(given, tmp_path / f"{name}.csv")
        written[name] = table(tmp_path / f"{name}.csv")
    assert written["canvas"] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "컨테이너"],
        ["    Points Possible", "", "", "", "", "20"],
        ["김민지", "4001", "s-1", "minji", "A", "12.5"],
    ]
    assert written["moodle"] == [
        ["ID number", "Username", "Email address", "Full name", "컨테이너"],
        ["s-1", "minji", "m@u.ac.kr", "김민지", "12.5"],
    ]
    first, second = written["gradescope"][1:]
    assert first[:8] == ["민지", "김", "s-1", "m@u.ac.kr", "A", "12.5", "20", "Graded"]
    assert first[9:] == ["2026-11-30 16:00:01 +0000", "01:01:01"]
    assert second[5:8] == ["", "", "Ungraded"]


def test_a_sheet_of_another_site_is_not_filled_in(tmp_path: Path) -> None:
    given = sheet(tmp_path / "given.csv", GRADESCOPE)
    gave: Graded = graded(tmp_path, [row("20260001")], gradebook=given)
    class_output("canvas").write(gave, tmp_path / "canvas.csv")
    assert table(tmp_path / "canvas.csv")[0][0] == "Student"
