"""Which container crashed, and what its log said last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from grader.checking.crash import AT_START, crashed, crashed_at_start, last_words
from grader.facts import Logs
from tests.factories import START, a_container


@pytest.mark.parametrize(
    ("stdout", "stderr", "told"),
    [
        ("all is well\n", "boom\n", "boom"),
        ("all is well\n", " \n", "all is well"),
        (
            "",
            "Traceback:\n  File 'app.py'\n\n\x1b[31mKeyError\x1b[0m\r\n",
            "Traceback:\n  File 'app.py'\nKeyError",
        ),
        ("", "", ""),
    ],
)
def test_the_last_words_are_those_of_the_error_and_keep_their_shape(
    stdout: str, stderr: str, told: str
) -> None:
    assert last_words(Logs(container_id="1", stdout=stdout, stderr=stderr)) == told


@pytest.mark.parametrize(
    ("fields", "by_hand", "expected"),
    [
        ({"status": "exited", "exit_code": 1}, False, True),
        ({"status": "exited", "exit_code": 1}, True, False),
        ({"status": "exited", "exit_code": 0}, False, False),
        ({"status": "exited", "exit_code": 143}, False, False),
        ({"status": "exited", "exit_code": 137, "oom_killed": True}, True, True),
        ({"status": "restarting", "exit_code": 1}, True, True),
        ({"status": "created", "exit_code": 127}, False, False),
        ({"status": "running"}, False, False),
        ({"status": "exited"}, False, False),
    ],
)
def test_which_end_is_a_crash(fields: dict[str, Any], by_hand: bool, expected: bool) -> None:
    assert crashed(a_container(**fields), by_hand=by_hand) is expected


@pytest.mark.parametrize(
    ("ran", "expected"), [(timedelta(0), True), (AT_START, True), (AT_START * 2, False)]
)
def test_a_crash_at_the_start_comes_soon(ran: timedelta, expected: bool) -> None:
    ended = {"status": "exited", "exit_code": 1, "started": START}
    assert crashed_at_start(a_container(**ended, finished=START + ran)) is expected
    assert not crashed_at_start(a_container(**ended))
    fine = {**ended, "exit_code": 0, "finished": START + ran}
    assert not crashed_at_start(a_container(**fine))
