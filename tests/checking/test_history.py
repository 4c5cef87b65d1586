"""An image's history against a Dockerfile: as Docker 20.10 and 26.1 wrote it for this one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checking.dockerfile import parse
from grader.checking.history import difference, from_dockerfile

DOCKERFILE = r"""FROM scratch AS base
COPY busybox /bin/sh
FROM base
ARG VERSION=1.0
ARG NOVALUE
ENV A=1 B="two words"
LABEL a=1 \
      b="x y=z"
WORKDIR /app
WORKDIR sub
RUN  echo hi  && \
    echo   "$A"
RUN ["/bin/sh", "-c", "echo j"]
COPY app.py wishes.py ./
COPY --chown=1000:1000 app.py /srv/app2.py
COPY --from=base /bin/sh /bin/sh2
ADD sub sub2/
VOLUME /data2
USER 1000
EXPOSE 8000 9000/udp
EXPOSE 7000-7002
SHELL ["/bin/sh", "-e", "-c"]
RUN echo shell
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s CMD true
ENTRYPOINT echo x
CMD ["python", "app.py", "a\"b"]
"""
CLASSIC = r"""/bin/sh -c #(nop) COPY file:73e2b2d48642b21b357384b0cb81c1869cc5e0c4 in /bin/sh
/bin/sh -c #(nop)  ARG VERSION=***
/bin/sh -c #(nop)  ARG NOVALUE
/bin/sh -c #(nop)  ENV A=*** B=***
/bin/sh -c #(nop)  LABEL a=1 b=x y=z
/bin/sh -c #(nop) WORKDIR /app
/bin/sh -c #(nop) WORKDIR /app/sub
|2 NOVALUE=*** VERSION=*** /bin/sh -c echo hi  &&     echo   "$A"
|2 NOVALUE=*** VERSION=*** /bin/sh -c echo j
/bin/sh -c #(nop) COPY multi:43113d512a0d6b3558bfe906bd0e61c884f3a472b72ff2bd00cf in ./
/bin/sh -c #(nop) COPY --chown=1000:1000file:72c596748fb0bf33c03718b68b60adc5073f in /srv/app2.py
/bin/sh -c #(nop) COPY file:d34ea896745c08219369d0df7d7d832c44ea3b8bc54a8093db20e in /bin/sh2
/bin/sh -c #(nop) ADD dir:3b7a3db2927700028163d9a2eb1c28044480d0ee2693960b9a38f1d in sub2/
/bin/sh -c #(nop)  VOLUME [/data2]
/bin/sh -c #(nop)  USER 1000
/bin/sh -c #(nop)  EXPOSE 8000 9000/udp
/bin/sh -c #(nop)  EXPOSE 7000-7002
/bin/sh -e -c #(nop)  SHELL [/bin/sh -e -c]
|2 NOVALUE=*** VERSION=*** /bin/sh -e -c echo shell
/bin/sh -e -c #(nop)  STOPSIGNAL SIGTERM
/bin/sh -e -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" '\x00'}
/bin/sh -e -c #(nop)  ENTRYPOINT ["/bin/sh" "-e" "-c" "echo x"]
/bin/sh -e -c #(nop)  CMD ["python" "app.py" "a\"b"]
/bin/sh -e -c #(nop)  LABEL given=by-the-command-line"""
BUILDKIT = r"""COPY busybox /bin/sh # buildkit
ARG VERSION=***
ARG NOVALUE
ENV A=*** B=***
LABEL a=1 b=x y=z
WORKDIR /app
WORKDIR /app/sub
RUN |2 VERSION=*** NOVALUE=*** /bin/sh -c echo hi  &&     echo   "$A" # buildkit
RUN |2 VERSION=*** NOVALUE=*** /bin/sh -c echo j # buildkit
COPY app.py wishes.py ./ # buildkit
COPY --chown=1000:1000 app.py /srv/app2.py # buildkit
COPY /bin/sh /bin/sh2 # buildkit
ADD sub sub2/ # buildkit
VOLUME [/data2]
USER 1000
EXPOSE map[8000/tcp:{} 9000/udp:{}]
EXPOSE map[7000/tcp:{} 7001/tcp:{} 7002/tcp:{}]
SHELL [/bin/sh -e -c]
RUN |2 VERSION=*** NOVALUE=*** /bin/sh -e -c echo shell # buildkit
STOPSIGNAL SIGTERM
HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" '\x00'}
ENTRYPOINT ["/bin/sh" "-e" "-c" "echo x"]
CMD ["python" "app.py" "a\"b"]"""
HISTORIES = {"classic": CLASSIC.splitlines(), "buildkit": BUILDKIT.splitlines()}
BASE = ["/bin/sh -c #(nop) ADD file:2d8f in / ", '/bin/sh -c #(nop)  CMD ["bash"]']


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_an_image_agrees_with_the_dockerfile_it_was_built_from(history: list[str]) -> None:
    assert difference(BASE + history, parse(DOCKERFILE).final) is None


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
@pytest.mark.parametrize(
    ("built", "handed_in", "line"),
    [
        ('CMD ["python", "app.py"', 'CMD ["python", "wishes.py"', 27),
        ("ENTRYPOINT echo x", 'ENTRYPOINT ["echo", "x"]', 26),
        ("RUN echo shell", "RUN echo another", 23),
        ("RUN echo shell", 'RUN ["echo", "shell"]', 23),
        ("RUN echo shell", "RUN shell", 23),
        ("EXPOSE 7000-7002", "EXPOSE 7000-7003", 21),
        ("EXPOSE 7000-7002", "EXPOSE 7000 7002", 21),
        ("9000/udp", "9000", 20),
        ("USER 1000", "USER 1001", 19),
        ("ADD sub sub2/", "COPY sub sub2/", 17),
        ("wishes.py ./", "wishes.py /other/", 14),
        ('"echo j"', '"echo k"', 13),
        ("WORKDIR sub", "WORKDIR bus", 10),
        ("WORKDIR /app", "WORKDIR /srv", 9),
        ("b=", "c=", 7),
        ("LABEL a=1", 'LABEL "c"=1', 7),
        ("B=", "C=", 6),
        ("ARG NOVALUE", "ARG OTHER", 5),
        ("busybox /bin/sh", "busybox /bin/bash", 2),
        ("STOPSIGNAL SIGTERM\n", "STOPSIGNAL SIGTERM\nRUN echo more\n", 25),
        ("STOPSIGNAL SIGTERM\n", "", 23),
    ],
)
def test_a_difference_is_found_at_its_line(
    history: list[str], built: str, handed_in: str, line: int
) -> None:
    assert built in DOCKERFILE
    found = difference(history, parse(DOCKERFILE.replace(built, handed_in)).final)
    assert found
    assert found.instruction.line == line


def test_a_dockerfile_longer_than_the_history_differs_where_no_step_is_left() -> None:
    found = difference(["USER 1000"], parse("FROM a\nWORKDIR /app\nUSER 1000").final)
    assert found
    assert (found.instruction.line, found.step) == (2, None)


def test_a_label_of_the_build_command_is_no_label_of_the_dockerfile() -> None:
    instructions = parse("FROM a\nUSER 1\nLABEL b=1").final
    assert difference(["USER 1", "LABEL b=1"], instructions) is None
    found = difference(["USER 1", "LABEL c=1"], instructions)
    assert found
    assert found.instruction.line == 3


@pytest.mark.parametrize("step", [[], ["/bin/sh -c #(nop)  ONBUILD RUN echo x"]])
def test_onbuild_is_a_step_of_the_classic_builder_only(step: list[str]) -> None:
    instructions = parse("FROM a\nUSER 1\nONBUILD RUN echo x\nEXPOSE 80").final
    assert difference(["USER 1", *step, "EXPOSE map[80/tcp:{}]"], instructions) is None


TARGETS = "FROM a AS base\nFROM base AS prod\nUSER 1\nCMD a\nFROM prod AS test\nRUN pytest\n"
IMAGE_OF_PROD = ["WORKDIR /", "USER 1", 'CMD ["/bin/sh" "-c" "a"]']


def test_an_image_of_another_target_is_built_from_the_dockerfile() -> None:
    assert from_dockerfile(IMAGE_OF_PROD, parse(TARGETS)) is None
    of_test = [*IMAGE_OF_PROD, "RUN /bin/sh -c pytest # buildkit"]
    assert from_dockerfile(of_test, parse(TARGETS)) is None


def test_of_an_image_of_no_target_the_difference_to_the_last_stage_is_told() -> None:
    for history in (["USER 1", 'CMD ["b"]'], ["WORKDIR /"], []):
        found = from_dockerfile(history, parse(TARGETS))
        assert found
        assert found.instruction.text == "RUN pytest"


def test_an_exec_form_is_no_shell_form() -> None:
    assert difference(['CMD ["date"]'], parse("FROM a\nCMD date").final)


@pytest.mark.parametrize(
    ("instruction", "step"),
    [
        ("EXPOSE $PORT", "EXPOSE map[8000/tcp:{}]"),
        ("EXPOSE 8000", "EXPOSE [8000/tcp]"),
        ("WORKDIR ${HOME}/app", "WORKDIR /root/app"),
        ("COPY . $APP", "COPY . /app # buildkit"),
        ('CMD ["python", "app.py"]', '/bin/sh -c #(nop) CMD ["python","app.py"]'),
        ("RUN echo hi", "powershell -Command echo hi"),
        ("RUN <<EOF\necho a\necho b\nEOF", "RUN /bin/sh -c echo a\necho b\n # buildkit"),
        ('RUN ["pip", "install", "."]', "RUN |2 A=*** B=*** # buildkit"),
        ("ARG A B=1", "ARG B=***"),
        ("ENV $NAME=1", "ENV x=***"),
        ('CMD ["a\\\\qb"]', r'CMD ["a\qb"]'),
        ('LABEL "a b"=1', "LABEL a b=1"),
        ("USER $OWNER", "USER kim"),
        ('COPY ["a.py", "/srv/my app/"]', "COPY a.py /srv/my app/ # buildkit"),
        ("CMD python app.py", 'CMD ["/bin/sh" "-c" "python app.py"]'),
        ("ENV X=1", "ENV X=***"),
        ('COPY app.py "/srv/X"', "COPY app.py /srv/X # buildkit"),
    ],
)
def test_what_only_one_side_knows_does_not_differ(instruction: str, step: str) -> None:
    assert difference([step], parse(f"FROM a\n{instruction}").final) is None


def _as_go_may_quote(character: str) -> Iterator[str]:
    """Source: Go's specification, string literals."""
    number = ord(character)
    if character not in '"\\\n':
        yield character
    if "\a" <= character <= "\r":
        yield "\\" + "abtnvfr"[number - 7]
    if character in '"\\':
        yield "\\" + character
    if number < 0x80:
        yield from (f"\\x{number:02x}", f"\\{number:03o}")
    if number < 0x10000:
        yield from (f"\\u{number:04x}", f"\\u{number:04X}")
    yield f"\\U{number:08x}"


QUOTED = st.characters(exclude_categories=["Cs"]).flatmap(
    lambda one: st.tuples(st.just(one), st.sampled_from([*_as_go_may_quote(one)]))
)


@given(st.lists(QUOTED))
def test_a_command_is_read_as_go_quotes_it(characters: list[tuple[str, str]]) -> None:
    word = "".join(one for one, _ in characters)
    quoted = "".join(quoted for _, quoted in characters)
    instructions = parse(f"FROM a\nCMD {json.dumps(['echo', word])}").final
    assert difference([f'CMD ["echo" "{quoted}"]'], instructions) is None
    assert difference([f'CMD ["echo" "{quoted}x"]'], instructions)


@pytest.mark.parametrize("odd", [r"\d", r"\x1", r"\U00110000", r"\400", r"\N{SPACE}", "\\x１１"])
def test_what_go_never_writes_stays_as_it_is(odd: str) -> None:
    instructions = parse(f"FROM a\nCMD {json.dumps([odd])}").final
    assert difference([f'CMD ["{odd}"]'], instructions) is None


@pytest.mark.parametrize("end", ["", "\\", "\\\n"])
def test_signs_of_a_text_that_is_never_closed_are_gone_through_once(end: str) -> None:
    """Else this would take hours."""
    endless = 'CMD ["' + '\\"' * 300_000 + end
    assert difference([endless], parse('FROM a\nCMD ["b"]\n').final)
