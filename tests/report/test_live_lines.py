"""The live checklist where the output is no terminal: a line for each change."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest

from grader.report.checklist import Alert, Checklist
from grader.report.live import PlainLines
from tests.report.checklists import NOTICE, a_list, news, rows


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
        "12:01:05 → Next objective: objective 1",
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
