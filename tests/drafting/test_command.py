"""`grade-lab rubric new`: asks in a terminal, overwrites nothing, and says what comes next."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader.rubric.load import load
from tests.places import GRADE_LAB, SAMPLE
from tests.relay.terminal import Terminal

ANSWERS = (
    *("Nginx page", "", "", "", "", "", "Welcome {hub_id}", "", "y", "", "What is a port?"),
    *("number, door", ""),
)


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GRADE_LAB, "rubric", "new", *arguments, "--lang", "en"],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_from_a_journal_the_file_is_written_with_its_schema_and_what_to_do_next(
    tmp_path: Path,
) -> None:
    done = run("lab.yaml", "--from-journal", SAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "grade-lab rubric check lab.yaml" in done.stdout
    assert f"grade-lab rubric test lab.yaml --add {SAMPLE}\n" in done.stdout
    assert "grade-lab watch" not in done.stdout
    text = (tmp_path / "lab.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=rubric.schema.json\n")
    assert (tmp_path / "rubric.schema.json").is_file()
    assert load(tmp_path / "lab.yaml", lenient=True).id == "lab"
    assert "김하늘" not in text


def test_names_that_were_typed_are_told_as_a_shell_takes_them_and_harmless(tmp_path: Path) -> None:
    done = run("my \x1b[31mlab.yaml", "--from-journal", SAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("my lab.yaml: ")
    assert "grade-lab rubric check 'my lab.yaml'\n" in done.stdout


def test_a_file_that_is_there_is_overwritten_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text("mine\n", encoding="utf-8")
    done = run("lab.yaml", "--from-dockerfile", SAMPLE / "Dockerfile", cwd=tmp_path)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (tmp_path / "lab.yaml").read_text(encoding="utf-8") == "mine\n"
    forced = run("lab.yaml", "--from-dockerfile", SAMPLE / "Dockerfile", "--force", cwd=tmp_path)
    assert forced.returncode == 0
    assert f"grade-lab watch --rubric lab.yaml {SAMPLE}\n" in forced.stdout
    assert load(tmp_path / "lab.yaml", lenient=True).objectives


def test_a_title_that_is_no_utf8_is_written_all_the_same(tmp_path: Path) -> None:
    title = os.fsdecode(b"--title=caf\xe9 \x1b[1m: #1")
    done = run("lab.yaml", "--from-dockerfile", SAMPLE / "Dockerfile", title, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "lab.yaml", lenient=True).title == "caf? \x1b[1m: #1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--from-journal"),
        (("--from-journal", "."), "watch --everything"),
        (("--from-dockerfile", "nowhere"), "nowhere"),
        (("--from-dockerfile", "a", "--from-journal", "b"), "not both"),
    ],
)
def test_what_cannot_be_drafted_from_is_told_with_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [*tmp_path.iterdir()] == []


def asking(folder: Path) -> Terminal:
    command = [GRADE_LAB, "rubric", "new", str(folder / "page.yaml"), "--lang", "en"]
    return Terminal(command, {**os.environ, "TERM": "dumb", "COLUMNS": "200"})


def test_a_handful_of_answers_make_a_rubric(tmp_path: Path) -> None:
    with asking(tmp_path) as terminal:
        terminal.until("Title of the lab")
        terminal.type("".join(f"{answer}\r" for answer in ANSWERS))
        assert terminal.exit_code() == 0
    rubric = load(tmp_path / "page.yaml", {"hub_id": "sunny"})
    assert rubric.title == "Nginx page"
    checks = {check.type: check.model_dump() for o in rubric.objectives for check in o.checks}
    assert checks["image"]["image"] == "sunny/page:1.0"
    assert checks["container"]["ports"] == ("8080:80",)
    assert checks["http"]["contains"] == "Welcome {hub_id}"
    assert {"pushed", "built_from", "stopped", "removed"} <= checks.keys()
    assert checks["answer"]["question"] == "what-is-a-port"
    assert sum(objective.points for objective in rubric.objectives) == 100


def test_an_answer_that_cannot_be_used_is_asked_again(tmp_path: Path) -> None:
    with asking(tmp_path) as terminal:
        terminal.until("Title of the lab")
        terminal.type("\r\rperhaps\r")
        terminal.until("answer with y (yes) or n (no)")
        terminal.type("Yes\rNot An Image\r")
        terminal.until("in lower case")
        terminal.type("{hub_id}/page\r80\r")
        terminal.until("a colon, and the container's")


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with asking(tmp_path) as terminal:
        terminal.until("Title of the lab")
        terminal.type("\r")
        terminal.until("Its id [page]: ")
        # One that comes just before Python begins to read waits for another key.
        terminal.type("\x03\x04")
        assert terminal.exit_code() == 130
    assert [*tmp_path.iterdir()] == []
