"""The live checklist as people see it: drawn in a terminal of any size, or written line by line."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.report.checklist import Alert, Checklist, Row, Step, checklist
from grader.report.live import FRESH_SECONDS, LiveTerminal, PlainLines
from grader.report.live_picture import picture
from tests.factories import a_result

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NOTICE = "recording; keep this running while you work"


def shown(lang: str = "en", notice: str = NOTICE) -> Checklist:
    return checklist(a_result(lang), notice=notice)


def rows(count: int, done: int = 0) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"o{i}",
            f"objective {i}",
            *(("pass", "Passed") if i < done else ("fail", "To do")),
            "0",
            "5",
        )
        for i in range(count)
    )


def a_list(count: int = 3, done: int = 0, **fields: object) -> Checklist:
    following = Step(f"objective {done}", "nothing was seen", "Run `docker ps`.", ("docker ps",))
    default = Checklist(
        "en", "A lab", "5", "15", rows(count, done), replace(following, id=f"o{done}")
    )
    return replace(default, **{"notice": NOTICE, **fields})


def drawn(
    what: Checklist, width: int = 80, height: int = 50, file: io.TextIOBase | None = None
) -> list[str]:
    console = Console(file=file or io.StringIO(), width=width, height=height)  # type: ignore[arg-type]
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
    assert "\nNext step: An image was built from your Dockerfile\n" in text
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


HOSTILE = ["\x1b[2J\x1b[31mred", "\x1b]0;owned\x07", "\x9b1A", "a\r\x08b", "\u202eevil\u2066"]


def hostile(text: str) -> Checklist:
    row = Row("x", text, "fail", text, text, text, wrong=True)
    step = Step(text, text, text, (f"docker {text}",), "y")
    alert = Alert(text, text, f"{text}\n{text}", text, "x")
    return Checklist("en", text, "1", "2", (row,), step, (alert,), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_moves_the_cursor_or_colours_anything(text: str) -> None:
    lines = drawn(hostile(text))
    written = io.StringIO()
    PlainLines(written, "en").update(hostile(text))
    assert not CONTROL.search("".join(lines))
    assert not CONTROL.search(written.getvalue())


def test_markup_is_text() -> None:
    assert "[bold]x[/bold] [link=file:///]y" in drawn(hostile("[bold]x[/bold] [link=file:///]y"))[0]


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_a_terminal_of_another_encoding_gets_what_it_can_show(encoding: str) -> None:
    for lang in ("ko", "en"):
        buffer = io.BytesIO()
        file = io.TextIOWrapper(buffer, encoding=encoding)
        with LiveTerminal(Console(file=file, width=60, height=30, force_terminal=True)) as live:
            live.update(shown(lang))
        PlainLines(file, lang).update(shown(lang))
        file.flush()
        text = buffer.getvalue().decode(encoding)
        assert "x " in text
        assert "✓" not in text
        assert ("컨테이너를 삭제했다" in text) == (encoding == "cp949" and lang == "ko")


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_terminal(**options: object) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    default = {"width": 80, "height": 30, "force_terminal": True, "color_system": "standard"}
    return Console(file=file, **{**default, **options}), file  # type: ignore[arg-type]


def news(file: io.StringIO) -> str:
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text


def test_it_draws_when_something_changed_and_is_idle_otherwise() -> None:
    console, file = a_terminal()
    with LiveTerminal(console) as live:
        live.update(shown())
        assert "Containers and Docker" in news(file)
        for _ in range(100):
            live.tick()
        assert news(file) == ""


def test_what_was_just_done_is_pointed_out_for_a_while() -> None:
    console, file = a_terminal()
    clock = Clock()
    done = a_list(done=1)
    done = replace(done, rows=(replace(done.rows[0], fresh=True), *done.rows[1:]))
    pointed_out = "\x1b[1;32mobjective 0"
    with LiveTerminal(console, clock) as live:
        live.update(done)
        assert pointed_out in news(file)
        live.update(a_list(done=1))
        assert pointed_out in news(file)
        clock.now = FRESH_SECONDS
        live.tick()
        text = news(file)
    assert "objective 0" in text
    assert pointed_out not in text


def test_a_terminal_of_another_size_is_cleared_and_drawn_anew() -> None:
    console, file = a_terminal()
    with LiveTerminal(console) as live:
        live.update(shown())
        news(file)
        console.size = (40, 20)  # type: ignore[assignment]
        live.tick()
        _, cleared, text = news(file).rpartition("\x1b[2J\x1b[H")
        live.tick()
        assert news(file) == ""
    assert cleared
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", text).rstrip("\n").split("\n")
    assert max(map(cell_len, lines)) <= 40
    assert len(lines) < 20


def test_colours_only_where_they_are_wanted() -> None:
    console, file = a_terminal(no_color=True)
    with LiveTerminal(console) as live:
        live.update(shown())
    assert not re.search(r"\x1b\[[\d;]*[39][0-7]", file.getvalue())


def test_it_gives_the_terminal_back_as_it_was() -> None:
    console, file = a_terminal()
    with suppress(KeyboardInterrupt), LiveTerminal(console) as live:
        live.update(shown())
        raise KeyboardInterrupt
    text = file.getvalue()
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1
    assert "\x1b[?1049h" not in text
    assert re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).endswith(f"● {NOTICE}\n")


IN_A_TERMINAL = """
import sys
from rich.console import Console
from grader.report.live import LiveTerminal
from grader.report.checklist import checklist
from tests.factories import a_result
with LiveTerminal(Console()) as live:
    live.update(checklist(a_result("ko")))
    sys.__stderr__.write("drawn\\n")
    sys.__stderr__.flush()
    sys.stdin.readline()
    live.tick()
"""


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of Unix")
def test_in_a_real_terminal_a_resize_leaves_nothing_of_the_old_picture() -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (30, 100))
    sized = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    child = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**sized, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
        text=True,
    )
    os.close(theirs)
    with ThreadPoolExecutor() as pool:
        written = pool.submit(all_of, ours)
        assert child.stderr
        assert child.stderr.readline() == "drawn\n"
        termios.tcsetwinsize(ours, (16, 50))
        os.write(ours, b"\n")
        text = written.result(60).decode()
    assert child.wait(60) == 0
    os.close(ours)
    _, cleared, after = text.partition("\x1b[2J")
    assert cleared
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", after))
    assert max(map(cell_len, lines)) <= 50
    assert "Container와 Docker" in lines[0]


def all_of(terminal: int) -> bytes:
    """What is written to a pseudo-terminal until its other end is closed."""
    data = b""
    with suppress(OSError):  # how Linux tells that it was
        while piece := os.read(terminal, 65536):
            data += piece
    return data


def at(hour: int) -> datetime:
    return datetime(2026, 1, 2, hour, 1, 5)


def lines_of(*lists: Checklist) -> list[list[str]]:
    """What is written for each."""
    file = io.StringIO()
    plain_lines = PlainLines(file, "en", lambda: at(12))
    written = []
    for each in lists:
        plain_lines.update(each)
        plain_lines.tick()
        written.append(news(file).splitlines())
    return written


def test_at_first_it_writes_how_things_stand() -> None:
    [lines] = lines_of(a_list(done=1))
    assert lines == [
        "12:01:05 ✓ objective 0: Passed (0/5)",
        "12:01:05 A lab: 5/15",
        "12:01:05 → Next step: objective 1",
        "         Run `docker ps`.",
        f"12:01:05 ● {NOTICE}",
    ]


def test_nothing_is_written_when_nothing_changed() -> None:
    waits = replace(a_list(), rows=tuple(replace(r, status="skip") for r in a_list().rows))
    assert lines_of(a_list(), a_list(), waits)[1:] == [[], []]


def test_a_change_is_a_line() -> None:
    assert lines_of(a_list(), replace(a_list(), rows=rows(3, 1)))[1] == [
        "12:01:05 ✓ objective 0: Passed (0/5)"
    ]
    assert lines_of(a_list(), a_list(notice="ended", recording=False))[1] == ["12:01:05 ○ ended"]
    done = lines_of(a_list(), replace(a_list(), next=None))[1]
    assert done == ["12:01:05 Nothing is left to do."]


def test_what_went_wrong_is_written_once_with_what_to_do() -> None:
    alert = Alert("objective 2", "it crashed", "Traceback\nNameError: x", "read the log", "o2")
    wrong = a_list(alerts=(alert,))
    assert lines_of(a_list(), wrong, wrong)[1:] == [
        [
            "12:01:05 ✗ objective 2: it crashed",
            "         │ Traceback",
            "         │ NameError: x",
            "         read the log",
        ],
        [],
    ]


def test_last_words_that_come_later_are_written_alone() -> None:
    alert = Alert("objective 2", "it crashed", "exit code 1", "read the log", "o2")
    later = replace(alert, actual="NameError: x")
    lists = a_list(), a_list(alerts=(alert,)), a_list(alerts=(later,))
    assert lines_of(*lists)[2] == ["         │ NameError: x"]


def test_a_closed_stream_is_told_to_the_caller() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    with pytest.raises(BrokenPipeError):
        PlainLines(stream, "en").update(a_list())
    with suppress(BrokenPipeError):
        stream.close()
