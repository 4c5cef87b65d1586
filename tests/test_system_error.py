"""Why the system refused something is told in words that are translated, where it is known."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from grader import system_error
from grader.messages import Message
from grader.system_error import reason_of


@pytest.mark.skipif(sys.platform != "linux", reason="POSIX's words, as Linux has them")
@pytest.mark.parametrize("number", system_error._WORDS)
def test_in_english_it_is_what_the_system_says(number: int) -> None:
    told = reason_of(OSError(number, "something in another language"))
    assert isinstance(told, Message)
    assert str(told) == os.strerror(number)


def test_what_is_not_known_is_told_in_the_systems_words() -> None:
    assert reason_of(OSError(errno.EXDEV, "across devices")) == "across devices"
    assert reason_of(OSError("odd")) == "odd"
