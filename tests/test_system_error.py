"""Why the system refused something is told in words that are translated, where it is known."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from grader import system_error
from grader.messages import Message, Translator
from grader.system_error import reason_of, translatable


@pytest.mark.skipif(sys.platform != "linux", reason="POSIX's words, as Linux has them")
@pytest.mark.parametrize("number", system_error._WORDS)
def test_in_english_it_is_what_the_system_says(number: int) -> None:
    told = reason_of(OSError(number, "something in another language"))
    assert isinstance(told, Message)
    assert str(told) == os.strerror(number)


def test_what_is_not_known_is_told_in_the_systems_words() -> None:
    assert reason_of(OSError(errno.EXDEV, "across devices")) == "across devices"
    assert reason_of(OSError("odd")) == "odd"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Permission denied", "권한이 없습니다"),
        (
            "unix:///a: No such file or directory; unix:///{b}: Connection refused",
            "unix:///a: 그런 파일이나 폴더가 없습니다; unix:///{b}: 연결이 거부되었습니다",
        ),
        (
            "Failed to resolve 'hub' ([Errno -2] Name or service not known)",
            "주소를 찾지 못함: 'hub' ([Errno -2] 그런 이름이나 서비스를 알 수 없습니다)",
        ),
        (
            "3 questions in a row were not answered in time",
            "3 개의 질문에 잇달아 제시간에 응답하지 않았습니다",
        ),
        ("Too many open files in system", "시스템에 열린 파일이 너무 많습니다"),
        ("the {engine} is odd", "the {engine} is odd"),
        ("", ""),
    ],
)
def test_words_that_were_kept_in_english_are_translated_where_they_are_known(
    words: str, told: str
) -> None:
    text = translatable(words)
    assert Translator("en").text(text) == words
    assert Translator("ko").text(text) == told
