"""The result in a terminal: short, safe, and readable wherever it is printed."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.report.terminal import show
from grader.result import JournalDefect, JournalInfo, Learner, Result
from tests.report.hostile import CORPUS, hostile
from tests.report.media import in_terminal
from tests.results import a_check, a_result, an_objective


def shown(result: Result, width: int = 80, paths: Any = None, **options: Any) -> str:
    file = options.pop("file", None) or io.StringIO()
    show(result, Console(file=file, width=width, **options), paths=paths or {})
    return str(file.getvalue())


@pytest.mark.parametrize("text", CORPUS)
def test_no_text_moves_the_cursor_or_colours_anything(text: str) -> None:
    in_terminal(shown(hostile(text)))


def test_markup_is_text() -> None:
    assert "[bold]x[/bold] [link=file:///]y" in shown(hostile("[bold]x[/bold] [link=file:///]y"))


def test_colours_only_on_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    result = a_result()
    assert "\x1b[" not in shown(result)
    assert "\x1b[32m" in shown(result, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    uncoloured = shown(result, force_terminal=True, color_system="standard")
    assert not re.search(r"\x1b\[[\d;]*3[0-7]", uncoloured)


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_no_line_is_wider_than_the_terminal(lang: str, width: int) -> None:
    result = a_result(lang)
    # Commands are printed whole, to be copied; the terminal itself breaks them.
    lines = [line for line in shown(result, width).splitlines() if line[:4] != "    "]
    assert max(cell_len(line) for line in lines) <= width
    assert "".join(result.rubric.title.split()) in "".join("".join(lines).split())


def test_every_objective_has_a_line_with_status_and_points() -> None:
    printed = shown(a_result(), 120)
    for status, title, points in [
        ("✓ Passed", "Docker is installed and answers", "5/5"),
        ("~ Partly done", "An image was built from your Dockerfile", "5/10"),
        ("- Waiting", "The app answers over HTTP on the mapped port", "0/10"),
        ("! Not judged", "Logged in to the registry", "0/5"),
    ]:
        assert re.search(rf"{re.escape(status)} +{title} +{points}", printed)


def test_what_is_not_done_is_explained_once_and_what_waits_is_not() -> None:
    printed = shown(a_result())
    assert printed.count("container wisheasy: not as expected") == 1
    assert "Expected    -p 8080:8000" in printed
    assert "Seen        -p 8080:8080" in printed
    assert printed.count("The app answers over HTTP on the mapped port") == 1


def test_one_block_for_an_objective_however_many_checks_fail() -> None:
    checks = [a_check("fail", f"wrong {i}") for i in range(3)]
    printed = shown(a_result(objectives=(an_objective("a", *checks),)))
    assert "wrong 0" in printed
    assert "wrong 1" not in printed


def test_one_file_that_cannot_be_read_is_told_once() -> None:
    check = a_check("fail", "answers.md cannot be read as text", hint="save it again as UTF-8")
    other = a_check("fail", "answers.md cannot be read as text", hint="another thing to do")
    objectives = [an_objective(name, found) for name, found in [("a", check), ("b", check)]]
    printed = shown(a_result(objectives=(*objectives, an_objective("c", other))))
    assert printed.count("answers.md cannot be read as text") == 2


def test_the_next_command_and_the_paths_can_be_copied_whole() -> None:
    command = "docker run -d --name web -p 8080:8000 --env-file .env me/wisheasy:1.0"
    path = Path("/home/somebody/with/a/long/path/.grade-lab/report/report.html")
    result = a_result(objectives=(an_objective("a", a_check("fail", "no", hint=command)),))
    lines = shown(result, 40, {"html": path}).splitlines()
    assert f"    {command}" in lines
    assert f"Report: {path}" in lines


def test_the_next_commands_come_with_what_else_there_is_to_do() -> None:
    """Copying the one command alone would only take the container away."""
    hint = "run `docker rm -f web`, and then run it again with `-p 8080:8000`"
    result = a_result(objectives=(an_objective("a", a_check("fail", "no", hint=hint)),))
    [_, after] = shown(result, 120).split("Next objective: a\n")
    assert after.startswith(f"{hint}\n    docker rm -f web\nThen run `grade-lab` again.\n")


def test_grading_again_is_not_told_twice() -> None:
    hint = "run `docker stop web`, and then `grade-lab`"
    result = a_result(objectives=(an_objective("a", a_check("fail", "no", hint=hint)),))
    [_, after] = shown(result, 120).split("Next objective: a\n")
    assert after.count("grade-lab") == 1


def test_journal_defects_are_named_by_line() -> None:
    defects = (JournalDefect(line=3, message="not a line of a journal"),)
    journal = JournalInfo(entries=2, head="0", intact=False, defects=defects)
    assert "line 3: not a line of a journal" in shown(a_result(journal=journal))


def test_a_terminal_of_another_encoding_gets_what_it_can_show() -> None:
    buffer = io.BytesIO()
    file = io.TextIOWrapper(buffer, encoding="cp949")
    show(a_result("ko", learner=Learner(name="김지민 👩")), Console(file=file, width=80))
    file.flush()
    printed = buffer.getvalue().decode("cp949")
    assert "김지민 ?" in printed
    assert "x 아직 아님" in printed or "x Not yet" in printed
