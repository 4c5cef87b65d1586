"""``grade-lab rubric check`` and ``show``: what an instructor reads."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from grader.authoring import shown
from grader.authoring.explained import explained
from grader.cli.main import cli
from grader.errors import Problem, Snippet
from grader.messages import msg
from grader.rubric.find import shipped
from grader.rubric.load import load
from tests.authoring.a_rubric import SOUND


def run(*args: object) -> Result:
    return CliRunner().invoke(
        cli, ["rubric", *map(str, args), "--lang", "en"], standalone_mode=False
    )


@pytest.fixture
def rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("demo.yaml")
    path.write_text(SOUND, encoding="utf-8")
    return path


def change(rubric: Path, old: str, new: str) -> None:
    text = rubric.read_text(encoding="utf-8")
    assert old in text
    rubric.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_mistake_is_shown_in_its_line(rubric: Path) -> None:
    change(rubric, 'image: "app:{tag}", weight', 'imgae: "app:{tag}", weight')
    result = run("check", rubric)
    assert result.return_value == 2
    assert result.output.startswith(
        "error[unknown-field]: unknown field 'imgae'\n"
        "  --> demo.yaml:12:23\n"
        "   |\n"
        '12 |       - {type: image, imgae: "app:{tag}", weight: 2}\n'
        "   |                       ^^^^^\n"
        "   |\n"
        "   = help: did you mean 'image'?\n"
    )


def test_the_mark_stands_below_wide_letters(rubric: Path) -> None:
    change(rubric, '{ko: "연습", en: Demo}', '{ko: "연습", en: 1}')
    lines = run("check", rubric).output.splitlines()
    source = next(line for line in lines if "연습" in line)
    mark = next(line for line in lines if "^" in line)
    assert mark.index("^") == source.index("1}") + 2  # each of the two takes two columns


def test_every_file_is_checked_and_one_mistake_is_enough_to_fail(rubric: Path) -> None:
    Path("bad.yaml").write_text("id: [", encoding="utf-8")
    result = run("check", "bad.yaml", "nowhere.yaml", rubric)
    assert result.return_value == 2
    assert "error[yaml-syntax]" in result.output
    assert "there is no rubric 'nowhere.yaml'" in result.output
    assert "demo: 3 objectives, 5 checks, 100 points: no mistakes" in result.output


def test_warnings_fail_only_when_strict(rubric: Path) -> None:
    change(rubric, "points: 20", "points: 19")
    result = run("check", rubric)
    assert not result.return_value
    assert "warning[odd-total]: the points add up to 99" in result.output
    assert run("check", "--strict", rubric).return_value == 1


def test_what_a_file_holds_cannot_write_to_the_terminal() -> None:
    snippet = Snippet('id: "\x1b]0;x\x07\u202e"', 1, 5, 12)
    problem = Problem("a\x1b[31m.yaml:1:5", msg("'{name}'", name="\x1b[2J"), "empty", None, snippet)
    text = "\n".join(str(line) for line in explained(problem, "error", "en", "utf-8"))
    assert not any(char in text for char in "\x1b\x07\u202e")
    assert "␛]0;x␇" in text


def test_a_long_line_is_cut_around_the_mistake() -> None:
    snippet = Snippet("x" * 500 + "HERE" + "y" * 500, 1, 501, 4)
    problem = Problem("a:1:501", msg("no"), "empty", None, snippet)
    source, mark = [str(line) for line in explained(problem, "error", "en", "utf-8")][3:5]
    assert len(source) < 140
    assert source.index("HERE") == mark.index("^")


def test_an_old_terminal_gets_what_it_can_show() -> None:
    problem = Problem("a:1:1", msg("no"), "empty", msg("do"), Snippet("연습\t", 1, 1, 1))
    for line in explained(problem, "warning", "en", "ascii"):
        str(line).encode("ascii")


def shown_in(lang: str, width: int) -> str:
    path = shipped()["container-and-docker"]
    blocks = shown.page(load(path, lenient=True), path, {}, lang)
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for renderable in shown.terminal(blocks, "utf-8"):
        console.print(renderable)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_a_rubric_is_shown_with_what_it_asks_for() -> None:
    text = shown_in("en", 100)
    for part in (
        "100 points; 70 are needed to pass",
        "`hub_id`: Docker Hub id; required",
        "7. The image was pushed to the registry (8 points)",
        "image: docker.io/{hub_id}/wisheasy:1.0",
        "Hint: Open .dockerignore",
        "Only after: A container ran",
    ):
        assert part in text


def test_what_an_answer_must_say_is_not_told() -> None:
    text = shown_in("en", 100)
    assert "the base image" in text
    assert "베이스" not in text


@pytest.mark.parametrize("width", [40, 80])
def test_korean_fits_the_terminal(width: int) -> None:
    from rich.cells import cell_len

    assert max(map(cell_len, shown_in("ko", width).splitlines())) <= width


def test_markdown_has_a_heading_for_each_objective_and_no_html(rubric: Path) -> None:
    change(rubric, "en: Run it}", 'en: "Run <script>it"}')
    change(rubric, "name: page, port: 80}", 'name: page, port: 80, hint: "Open `<ip>:80`"}')
    text = run("show", "--format", "markdown", rubric).output
    assert text.startswith("# Demo\n\n- 100 points; 70 are needed to pass\n")
    assert "\n\n\n" not in text
    assert "\n### 2. Run &lt;script>it (40 points)\n" in text
    assert "\n  - ports: 8080:80\n" in text
    assert "Hint: Open `<ip>:80`" in text


def test_rules_for_late_work_the_sandbox_and_the_evidence_are_shown(rubric: Path) -> None:
    rules = "late: {deadline: '2026-12-01T18:00:00+09:00', per_day: 10%}\nsandbox: {memory: 64MB}\n"
    change(rubric, "objectives:", rules + "objectives:")
    change(rubric, "name: page, port: 80}", "name: page, port: 80, accept: [live, reproduced]}")
    text = run("show", "--format", "markdown", rubric).output
    for part in (
        "## Handed in late\n",
        "per_day: 10%\n",
        "## When grade-lab runs the image itself\n",
        "memory: 64MB\n",
        "Counts only if it is: live, reproduced\n",
    ):
        assert part in text


def test_what_a_check_is_worth_is_told_in_the_readers_language(rubric: Path) -> None:
    assert "(26.67 points)" in run("show", rubric).output
    assert "(4점)" in shown_in("ko", 80)


def test_a_value_that_is_given_is_shown(rubric: Path) -> None:
    assert "app:7" in run("show", rubric, "--set", "tag=7").output
