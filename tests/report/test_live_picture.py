"""The picture of the live checklist: what it tells in a terminal of any size, and how."""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.report.checklist import Alert, Checklist, Step
from grader.report.live import PlainLines
from grader.report.live_picture import picture
from tests.report.checklists import NOTICE, a_list, full_of, shown
from tests.report.hostile import HOSTILE

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def drawn(
    what: Checklist, width: int = 80, height: int = 50, file: io.TextIOBase | None = None
) -> list[str]:
    console = Console(file=file or io.StringIO(), width=width, height=height)
    return [line.plain for line in picture(what, console)]


@pytest.mark.parametrize("height", [1, 3, 6, 12, 24, 50])
@pytest.mark.parametrize("width", [12, 40, 71, 72, 120])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_it_fits_into_the_terminal(lang: str, width: int, height: int) -> None:
    lines = drawn(shown(lang), width, height)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) <= max(height - 1, 1)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_points_stand_at_the_right_margin_below_each_other(lang: str) -> None:
    lines = [line for line in drawn(shown(lang), 100) if re.search(r" \d+/\d+$", line)]
    assert len(lines) == 1 + len(shown(lang).rows)
    assert {cell_len(line) for line in lines} == {100}


def test_it_tells_all_there_is_to_know() -> None:
    text = "\n".join(drawn(shown(), 100))
    assert "Containers and Docker" in text
    assert "✓ Passed        Docker is installed and answers" in text
    assert "✗ Not yet       A container ran with name, port and env file" in text
    assert "· To do         The image was pulled from the registry" in text
    assert "│ -p 8080:8080" in text
    assert "\nNext objective: An image was built from your Dockerfile\n" in text
    assert "\n    docker build -t wisheasy:1.0 .\n" in text
    assert text.endswith(f"● {NOTICE}")


def test_a_recording_that_does_not_go_on_looks_different() -> None:
    away = shown(notice="the Docker Engine does not answer; start Docker")
    assert drawn(replace(away, recording=False))[-1].startswith("○ the Docker Engine")


def test_a_low_terminal_shows_the_list_around_the_next_step_and_what_to_type() -> None:
    lines = drawn(a_list(30, done=20), 80, 12)
    assert "→ To do   objective 20" in "\n".join(lines)
    assert any(re.fullmatch(r"… \d+ more", line) for line in lines)
    assert not any("objective 0 " in line for line in lines)
    assert "    docker ps" in lines
    assert lines[-1] == f"● {NOTICE}"


def test_what_went_wrong_is_the_last_to_be_left_out() -> None:
    alert = Alert("objective 9", "it crashed", "\n".join("abcdefgh"), "look", id="o9")
    for height in (8, 12, 16, 24):
        text = "\n".join(drawn(a_list(30, done=9, alerts=(alert,)), 60, height))
        assert "✗ objective 9" in text
        assert "it crashed" in text
    assert "│ h" in "\n".join(drawn(a_list(30, alerts=(alert,)), 60, 24))


def test_what_an_alert_tells_is_not_told_again_by_the_next_step() -> None:
    alert = Alert("objective 0", "nothing was seen", hint="Run `docker ps`.", id="o0")
    text = "\n".join(drawn(a_list(alerts=(alert,))))
    assert text.count("nothing was seen") == 1
    assert text.count("Run docker ps.") == 1


def test_a_long_command_goes_on_in_the_next_line_as_a_shell_wants_it() -> None:
    command = "docker run -d --name web -p 8080:8000 --env-file .env me/wisheasy:1.0"
    what = a_list(next=Step("a", hint=command, commands=(command,)))
    lines = drawn(what, 40)
    start = next(i for i, line in enumerate(lines) if line.startswith("    docker run"))
    typed = "\n".join(lines[start:]).split("\n\n")[0]
    sign = "`" if os.name == "nt" else "\\"
    assert sign in typed
    assert " ".join(typed.replace(f" {sign}\n", " ").split()) == command


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_moves_the_cursor_or_colours_anything(text: str) -> None:
    lines = drawn(full_of(text))
    written = io.StringIO()
    PlainLines(written, "en").update(full_of(text))
    assert not CONTROL.search("".join(lines))
    assert not CONTROL.search(written.getvalue())


def test_markup_is_text() -> None:
    assert "[bold]x[/bold] [link=file:///]y" in drawn(full_of("[bold]x[/bold] [link=file:///]y"))[0]
