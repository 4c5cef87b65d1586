"""The live checklist on a terminal: drawn when there is news, and again when the size changes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.report.live import FRESH_SECONDS, LiveTerminal, PlainLines
from tests.report.checklists import NOTICE, a_list, news, shown


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
    return Console(file=file, **{**default, **options}), file


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
        console.size = (40, 20)
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
from tests.results import a_result
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
