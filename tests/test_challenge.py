"""Challenges: derived from the secret alone, issued from the rosters that instructors have."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import re
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from grader.challenge import are_verifiers, is_token, own_token, token, verifier
from grader.errors import GradeLabError, OutputError
from grader.issue import issue
from grader.rubric.load import load
from grader.run import prepare
from tests.pages import code
from tests.places import GRADE_LAB

SECRET = bytes(range(32))


def roster(folder: Path, text: str | bytes, name: str = "roster.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def problems(error: GradeLabError) -> list[str]:
    return [str(problem).partition("roster.csv:")[2] or str(problem) for problem in error.problems]


def test_a_token_is_the_beginning_of_the_hmac_in_letters_that_are_easy_to_type() -> None:
    made = token(SECRET, "docker", "s-001")
    assert re.fullmatch(r"gl-[a-z2-7]{26}", made)
    assert is_token(made)
    full = hmac.new(SECRET, b"docker\0s-001", hashlib.sha256).digest()
    assert base64.b32decode(made[3:].upper() + "=" * 6) == full[:16]


def test_a_token_differs_by_secret_course_and_learner() -> None:
    made = {
        token(SECRET, "docker", "s-001"),
        token(SECRET[::-1], "docker", "s-001"),
        token(SECRET, "docker2", "s-001"),
        token(SECRET, "docker", "s-002"),
    }
    assert len(made) == 4


def test_a_name_is_the_same_however_a_computer_composes_it() -> None:
    names = [unicodedata.normalize(form, "김하늘") for form in ("NFC", "NFD")]
    assert names[0] != names[1]
    assert len({token(SECRET, "docker", name) for name in names}) == 1


def test_ones_own_token_is_found_in_a_text_among_others() -> None:
    mine, theirs = (token(SECRET, "docker", name) for name in ("a", "b"))
    verifiers = "\n".join(verifier("docker", n, t) for n, t in (("b", theirs), ("a", mine)))
    assert are_verifiers(verifiers)
    log = f"start {theirs}\r\n[{mine.upper()}] ready"
    assert own_token(log, "docker", "a", verifiers) == mine
    assert own_token(theirs, "docker", "a", verifiers) == ""
    assert own_token(mine, "other", "a", verifiers) == ""


@pytest.mark.parametrize("id_column", ["id", "학번", "Student ID"])
def test_each_learner_of_a_roster_gets_a_challenge(tmp_path: Path, id_column: str) -> None:
    text = f"이름,{id_column},비고\r\n김하늘,20231234,\r\n\r\n,s-002\r\n"
    issued = issue(roster(tmp_path, text.encode("cp949")), tmp_path / "key", "c", tmp_path)
    rows = table(issued.challenges)
    assert [(row["이름"], row[id_column]) for row in rows] == [
        ("김하늘", "20231234"),
        ("", "s-002"),
    ]
    secret = bytes.fromhex((tmp_path / "key").read_text())
    assert [row["challenge"] for row in rows] == [
        token(secret, "c", name) for name in ("20231234", "s-002")
    ]


def test_the_verifiers_tell_nothing_but_whether_a_token_is_right(tmp_path: Path) -> None:
    issued = issue(roster(tmp_path, "id\ns-001\ns-002\n"), tmp_path / "key", "c", tmp_path)
    text = issued.verifiers.read_text()
    assert are_verifiers(text)
    assert text.splitlines() == sorted(text.splitlines())  # the roster's order is not told
    for row in table(issued.challenges):
        assert own_token(row["challenge"], "c", row["id"], text)
        assert row["challenge"] not in text


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    learners, key = roster(tmp_path, "id\ns-001\n"), tmp_path / "key"
    first = issue(learners, key, "c", tmp_path / "one")
    assert first.new_secret
    if sys.platform != "win32":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(first.challenges.stat().st_mode) == 0o600
    second = issue(roster(tmp_path, "id\ns-009\ns-001\n"), key, "c", tmp_path / "two")
    assert not second.new_secret
    assert table(second.challenges)[1] == table(first.challenges)[0]
    written = first.challenges.read_text() + first.verifiers.read_text()
    assert key.read_text().strip() not in written


def test_an_issued_table_can_be_the_next_roster(tmp_path: Path) -> None:
    first = issue(roster(tmp_path, "id,name\ns-001,A\n"), tmp_path / "key", "c", tmp_path / "one")
    again = issue(first.challenges, tmp_path / "key", "c", tmp_path / "two")
    assert again.challenges.read_bytes() == first.challenges.read_bytes()
    with pytest.raises(GradeLabError, match="take the place of the roster"):
        issue(first.challenges, tmp_path / "key", "c", tmp_path / "one")


@pytest.mark.parametrize("cell", ["=1+1", "+82-10", "-2", "@SUM(A1)", '""=1', "\uff1d1"])
def test_no_cell_becomes_a_formula(tmp_path: Path, cell: str) -> None:
    issued = issue(roster(tmp_path, f'id,x\ns-001,"{cell}"\n'), tmp_path / "key", "c", tmp_path)
    assert table(issued.challenges)[0]["x"] == "'" + cell.replace('""', '"')


def test_an_id_that_looks_like_a_formula_keeps_its_challenge(tmp_path: Path) -> None:
    first = issue(roster(tmp_path, "id\n@haneul\n"), tmp_path / "key", "c", tmp_path / "one")
    again = issue(first.challenges, tmp_path / "key", "c", tmp_path / "two")
    assert again.challenges.read_bytes() == first.challenges.read_bytes()
    secret = bytes.fromhex((tmp_path / "key").read_text())
    assert table(again.challenges)[0]["challenge"] == token(secret, "c", "@haneul")


def test_a_mistake_in_a_roster_is_told_with_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    text = "학번,name\n,A\ns-002,B\n\ns-002,C\n"
    with pytest.raises(GradeLabError) as caught:
        issue(roster(tmp_path, text), tmp_path / "key", "c", tmp_path / "out")
    assert problems(caught.value) == [
        "2: 학번: is empty",
        "5: the id s-002 stands in line 3, too",
    ]
    assert not (tmp_path / "key").exists()
    assert not (tmp_path / "out").exists()


def test_a_roster_of_nobody_is_told(tmp_path: Path) -> None:
    with pytest.raises(GradeLabError, match="no learner"):
        issue(roster(tmp_path, "id,name\n"), tmp_path / "key", "c", tmp_path)


def test_no_challenge_is_written_without_its_verifier(tmp_path: Path) -> None:
    (tmp_path / "out" / "verifiers.txt").mkdir(parents=True)
    with pytest.raises(OutputError):
        issue(roster(tmp_path, "id\ns-001\n"), tmp_path / "key", "c", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["verifiers.txt"]


def test_a_file_that_is_no_secret_is_left_alone(tmp_path: Path) -> None:
    learners = roster(tmp_path, "id\ns-001\n")
    with pytest.raises(GradeLabError, match="no secret"):
        issue(learners, learners, "c", tmp_path)
    assert learners.read_text() == "id\ns-001\n"


def test_the_command_tells_where_things_are_and_no_secret(tmp_path: Path) -> None:
    roster(tmp_path, "id\ns-001\n")
    options = ["--secret", "key", "--course", "c", "--out", "out", "--lang", "en"]
    done = subprocess.run(
        [GRADE_LAB, "challenge", "issue", "roster.csv", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "challenges.csv: 1 challenges" in done.stdout
    secret = (tmp_path / "key").read_text().strip()
    made = table(tmp_path / "out" / "challenges.csv")[0]["challenge"]
    assert secret not in done.stdout + done.stderr
    assert made not in done.stdout + done.stderr


def example(folder: Path) -> Path:
    """The rubric of docs/challenge.md, with verifiers beside it."""
    [rubric] = [text for text in code("challenge.md", "yaml") if text.startswith("schema: ")]
    path = folder / "own-image.yaml"
    path.write_text(rubric, encoding="utf-8")
    (folder / "verifiers.txt").write_text("a" * 64 + "\n")
    return path


def submission(folder: Path, lab: str) -> Path:
    folder.mkdir()
    (folder / "lab.yaml").write_text(lab, encoding="utf-8")
    return folder


def learner_of(run: object) -> str:
    return str(run.rubric.objectives[0].checks[0].learner)  # type: ignore[attr-defined]


def test_the_documented_rubric_knows_the_learner_from_lab_yaml(tmp_path: Path) -> None:
    rubric = str(example(tmp_path))
    lab = "learner: {id: s-001}\nvariables: {hub_id: haneul}\n"
    folder = submission(tmp_path / "mine", lab)
    assert learner_of(prepare(folder, rubric, {})) == "s-001"
    assert learner_of(prepare(folder, rubric, {"learner_id": "s-002"})) == "s-002"
    assert load(Path(rubric), lenient=True).needs()


def test_a_learner_cannot_be_somebody_else_to_the_rubric_alone(tmp_path: Path) -> None:
    lab = "learner: {id: s-001}\nvariables: {hub_id: haneul, learner_id: s-002}\n"
    folder = submission(tmp_path / "mine", lab)
    with pytest.raises(GradeLabError) as caught:
        prepare(folder, str(example(tmp_path)), {})
    assert "lab.yaml:2:" in str(caught.value)


def test_a_missing_learner_id_is_told_where_it_belongs(tmp_path: Path) -> None:
    folder = submission(tmp_path / "mine", "variables: {hub_id: haneul}\n")
    with pytest.raises(GradeLabError, match="`id:` below `learner:`"):
        prepare(folder, str(example(tmp_path)), {})


def test_verifiers_that_are_cut_off_are_a_mistake_in_the_rubric(tmp_path: Path) -> None:
    rubric = example(tmp_path)
    (tmp_path / "verifiers.txt").write_text(("a" * 64 + "\n") * 16_000)
    with pytest.raises(GradeLabError, match="not a list of verifiers"):
        load(rubric, {"hub_id": "haneul"}, known={"learner_id": "s-001"})
