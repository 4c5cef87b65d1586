"""A phrase is found however it is spaced and inflected, and not where it only seems to stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from grader.checking.phrases import Phrase, Plain, sought


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("컨테이너는 OS 수준의 가상화이다.", "OS 수준"),
        ("컨테이너는 OS수준 가상화", "OS 수준"),
        ("호스트OS를 함께 쓴다", "호스트 OS"),
        ("게스트 OS가 있다", "게스트OS"),
        ("격리됩니다", "격리"),
        ("프로세스격리", "격리"),
        ("격 리", "격리"),
        ("커널을 다른 컨테이너와 공유한다", "커널 + 공유"),
        ("It Shares the\nkernel.", "shares the kernel"),
        ("a light-weight process", "lightweight"),
        ("ＶＭ은 느리다", "VM"),
        ("VMs are slow", "VM"),
        ("isolated", "isolat"),
        ("도커(Docker)의 로그", "docker 의 로그"),
        ("`docker logs -f web`", "logs -f"),
        ("docker logs -f로 본다", "logs -f"),
        ("don't", "dont"),
        ("8000번 포트", "8000"),
        ("It runs. Its kernel is shared", "kernel is shared + runs"),
        ("a host OS is shared", "os"),
        ("OSs differ", "os"),
        ("도커os", "os"),
        ("ﬁle systems", "file systems"),
        ("it is shared\nby all", "shared by all"),
        ("e.g.the kernel", "the kernel"),
        ("가 격리된", "격리"),
        ("Straße", "STRASSE"),
        ("İstanbul runs", "istanbul runs"),
        ("Die Straße fast leer", "fast"),
        ("An OS, on a host", "os"),
        ("They are logging", "log"),
        ("Docker와VM의 차이", "VM"),
    ],
)
def test_spacing_case_and_endings_do_not_matter(text: str, phrase: str) -> None:
    assert Plain.of(text).holds(sought([phrase]))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("a host", "os"),
        ("macOS", "OS"),
        ("an oscillator", "os"),
        ("가격 리스트", "격리"),
        ("It runs. Kernel", "runs kernel"),
        ("docker logs from the container", "logs -f"),
        ("커널이 있다", "커널 + 공유"),
        ("breakfast", "fast"),
        ("80", "8000"),
        ("", "a"),
        ("it is shared\n- by all", "shared by all"),
        ("it is shared\n* by all", "shared by all"),
        ("it is shared\n  | by all", "shared by all"),
        ("is it shared? By all", "shared by all"),
        ("shared;  by all", "shared by all"),
        ("공유한다。 모두가", "공유한다 모두가"),
        ("osx", "os"),
        ("osss", "os"),
        ("isolation", "is"),
        ("abc", "c"),
        ("it logs on vmware", "logs on vm"),
    ],
)
def test_what_only_seems_to_stand_there_is_not_found(text: str, phrase: str) -> None:
    assert not Plain.of(text).holds(sought([phrase]))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("VM과 컨테이너는 배타적인 개념이다.", "배타적"),
        ("둘 중 하나만 써야 한다.", "하나만 써야"),
        ("배타적이다. 그러나 어렵지 않다.", "배타적"),
        ("배타적이므로 같이 쓰지 않는다", "배타적"),
        ("함께 쓸 수 없다", "함께 쓸 수 없"),
        ("They are mutually exclusive.", "mutually exclusive"),
        ("This is not hard. They are mutually exclusive.", "mutually exclusive"),
        ("배타적이지 않다는 말도 있다. 하지만 배타적이다.", "배타적"),
        ("They are not hard. They are fast.", "fast"),
        ("They are fast. It is not hard.", "fast"),
        ("They are fast, and nobody who uses one is ever wrong", "fast"),
        ("Not everybody knows it, but on every computer they are fast", "fast"),
        ("빠르기 때문에 쓰지 않을 이유가 전혀 하나도 없다", "빠르"),
        ("A notion: they are fast", "fast"),
        ("It is not slow. Fast it is.", "fast"),
        ("They are fast. A myth is another thing. I know.", "fast"),
    ],
)
def test_what_is_said_is_asserted(text: str, phrase: str) -> None:
    assert Plain.of(text).asserts(sought([phrase]))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("VM과 Container는 둘 중에 하나만 써야 하는, 배타적인 개념이 아님", "배타적"),
        ("VM과 Container는 둘 중에 하나만 써야 하는, 배타적인 개념이 아님", "하나만 써야"),
        ("둘 중 하나만 골라야 하는 것은 아닙니다.", "둘 중 하나만"),
        ("배타적이지 않다", "배타적"),
        ("배타적이라는 오해가 있다", "배타적"),
        ("함께 쓸 수 없는 것이 아니라", "함께 쓸 수 없"),
        ("하나만 써야 한다고 생각하면 안 된다", "하나만 써야"),
        ("they are not mutually exclusive", "mutually exclusive"),
        ("they aren't mutually exclusive", "mutually exclusive"),
        ("they aren’t at all mutually exclusive", "mutually exclusive"),
        ("It is a myth that they are mutually exclusive", "mutually exclusive"),
        ("That they are mutually exclusive is wrong", "mutually exclusive"),
        ("VM과 컨테이너는 mutually exclusive하지 않다", "mutually exclusive"),
        ("That they are fast is at best a myth", "fast"),
        ("Never in my own life fast", "fast"),
        ("They can't be fast", "fast"),
        ("They are not fast. They are small.", "fast"),
        ("They would never be fast", "fast"),
    ],
)
def test_what_is_negated_is_held_but_not_asserted(text: str, phrase: str) -> None:
    plain = Plain.of(text)
    assert plain.holds(sought([phrase]))
    assert not plain.asserts(sought([phrase]))


@pytest.mark.parametrize("phrase", ["", " ", "…", "a + ", "+ a +  + b"])
def test_a_phrase_without_a_letter_is_a_mistake(phrase: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Phrase).validate_python(phrase)


@given(st.text(), st.text(min_size=1))
def test_any_text_can_be_searched(text: str, phrase: str) -> None:
    plain = Plain.of(text)
    assert len(plain.letters) == len(plain.breaks) == len(plain.origin)
    assert plain.holds(sought([phrase])) or not plain.asserts(sought([phrase]))


@given(st.text("가나다abc .,\n", min_size=1).filter(str.strip), st.text("가나 .", max_size=20))
def test_a_text_holds_itself_whatever_stands_around_it(text: str, around: str) -> None:
    if Plain.of(text).letters:
        assert Plain.of(f"{around} {text} {around}").holds(sought([text.replace(" + ", " ")]))


@pytest.mark.parametrize(
    ("text", "start", "end", "original"),
    [
        ("Ｄocker: it's  *fast*!", 0, 6, "Docker"),
        ("Docker: it's *fast*!", 6, 9, "it's"),
        ("Docker: it's *fast*!", 9, 13, "fast"),
        ("Straße 5", 5, 7, "ße"),
        ("Docker", 3, 3, ""),
    ],
)
def test_what_was_found_is_quoted_as_it_was_written(
    text: str, start: int, end: int, original: str
) -> None:
    assert Plain.of(text).original(start, end) == original
