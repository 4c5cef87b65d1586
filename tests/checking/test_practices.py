"""Each practice finds what breaks it, with its line, and raises no false alarm."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dockerfile import Dockerfile
from grader.checking.dockerfile import DockerfileError, parse
from grader.checking.practices.known import PRACTICES, PracticeName

BREAKS = [
    ("no-latest-base", "FROM python", 1),
    ("no-latest-base", "FROM python:latest", 1),
    ("no-latest-base", "ARG TAG=latest\nFROM python:${TAG}", 2),
    ("no-latest-base", "FROM python:3.12 AS a\nFROM ghcr.io/me/app\nCOPY --from=a / /", 2),
    ("no-latest-base", "FROM scratch AS a\nFROM python", 2),
    ("pinned-base", "FROM python:3.12-slim", 1),
    ("pinned-base", "FROM python@sha256:" + "a" * 64 + " AS a\nFROM python:3.12", 2),
    ("non-root", "FROM python:3.12", 1),
    ("non-root", "FROM python:3.12\nUSER app\nUSER root", 3),
    ("non-root", "FROM python:3.12\nUSER 0:0", 2),
    ("non-root", "FROM a AS b\nUSER app\nFROM c", 3),
    ("non-root", 'FROM a\nUSER "root"', 2),
    ("non-root", "FROM a\nUSER 00", 2),
    ("no-secrets", "FROM a\nENV PATH=/x DB_PASSWORD=hunter2", 2),
    ("no-secrets", "FROM a\nENV API_KEY abc", 2),
    ("no-secrets", "ARG GITHUB_TOKEN\nFROM a", 1),
    ("no-secrets", "FROM a\nCOPY .env /app/", 2),
    ("no-secrets", 'FROM a\nCOPY ["app.py", "config/.env.production", "/app/"]', 2),
    ("no-secrets", "FROM a\nADD --chown=1:1 id_rsa /root/.ssh/", 2),
    ("no-secrets", "FROM a\nENV DEBUG=1 OWNER_TOKEN='s3cret'", 2),
    ("no-secrets", "FROM a\nARG VERSION DB_PASSWD=x", 2),
    ("no-secrets", "FROM a\nCOPY app.py certs/server.key /app/", 2),
    ("no-secrets", "FROM a\nCOPY .netrc /root/", 2),
    ("no-secrets", "FROM a\nCOPY .env* /app/", 2),
    ("no-secrets", "FROM a\nCOPY --chown=app app.py .env /app/", 2),
    ("exec-form", "FROM a\nCMD python app.py", 2),
    ("exec-form", "FROM a\nCMD ['python', 'app.py']", 2),
    ("exec-form", 'FROM a\nENTRYPOINT python\nCMD ["app.py"]', 2),
    ("one-cmd", 'FROM a\nCMD ["a"]\nCMD ["b"]', 2),
    ("one-cmd", "FROM a\nENTRYPOINT a\nENTRYPOINT b", 2),
    ("workdir-absolute", "FROM a\nWORKDIR app", 2),
    ("workdir-absolute", "FROM a\nWORKDIR ./app", 2),
    ("copy-not-add", "FROM a\nADD . /app", 2),
    ("copy-not-add", "FROM a\nADD https://example.org/x.txt /x\nADD app.py /", 3),
    ("copy-not-add", "FROM a\nADD gzip.py tar /", 2),
    ("copy-not-add", "FROM a\nADD app.py lib.py /app/", 2),
    ("no-sudo", "FROM a\nRUN sudo apt-get update", 2),
    ("no-sudo", "FROM a\nRUN true && \\\n  sudo make install", 2),
    ("no-sudo", 'FROM a\nRUN ["sudo", "make"]', 2),
    ("no-sudo", "FROM a\nRUN <<EOF\nset -e\nsudo make\nEOF", 2),
    ("no-sudo", "FROM a\nRUN make & sudo make install", 2),
    ("no-sudo", 'FROM a\nRUN "sudo" make', 2),
    ("no-sudo", "FROM a\nRUN <<A && <<B\ntrue\nA\nsudo make\nB", 2),
    ("no-sudo", "FROM a\nRUN if true; then sudo make; fi", 2),
    ("no-sudo", "FROM a\nRUN LANG=C sudo make", 2),
    ("no-sudo", "FROM a\nRUN (sudo make)", 2),
    ("no-sudo", "FROM a\nRUN Xvfb && sudo make", 2),
    ("no-sudo", "FROM a\nRUN PATH=/a:/b sudo make", 2),
    ("apt-update-with-install", "FROM a\nRUN apt-get update\nRUN apt-get install -y curl", 2),
    ("apt-update-with-install", "FROM a\nRUN apt update\nRUN true\nRUN apt install -y a", 2),
    ("cleans-apt", "FROM a\nRUN apt-get update && apt-get install -y curl", 2),
    ("cleans-apt", "FROM a\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF", 2),
    ("no-recommends", "FROM a\nRUN apt-get update && apt-get install -y curl", 2),
    ("no-recommends", "FROM a AS b\nRUN sudo apt install -y curl\nFROM b", 2),
    ("multi-stage", "FROM a\nRUN make", 1),
    ("multi-stage", "FROM a AS b\nRUN make\nFROM c\nCOPY . .", 3),
    ("multi-stage", "FROM a AS b\nRUN make\nFROM c\nCOPY --from=nginx:1.27 /x /x", 3),
    ("multi-stage", "FROM a AS b\nRUN make\nFROM b\nCOPY --from=b /x /y", 3),
    ("multi-stage", "FROM a AS b\nRUN make\nFROM c\nCOPY --from=7 /x /x", 3),
    ("healthcheck", 'FROM a\nCMD ["a"]', 1),
    ("healthcheck", "FROM a AS b\nHEALTHCHECK CMD true\nFROM c", 3),
    ("healthcheck", "FROM a\nHEALTHCHECK CMD true\nHEALTHCHECK none", 3),
    ("no-deprecated", "FROM a\nMAINTAINER me", 2),
    ("no-deprecated", "FROM a\nENV NAME value", 2),
]

KEEPS = [
    ("no-latest-base", "FROM python:3.12-slim"),
    ("no-latest-base", "FROM localhost:5000/app:1.0"),
    ("no-latest-base", "FROM python@sha256:" + "a" * 64),
    ("no-latest-base", "FROM scratch"),
    ("no-latest-base", "ARG TAG\nFROM python:${TAG}"),
    ("no-latest-base", "FROM python:3.12 AS latest\nFROM latest"),
    ("pinned-base", "FROM python:3.12@sha256:" + "a" * 64),
    ("pinned-base", "ARG BASE\nFROM $BASE"),
    ("non-root", "FROM a\nUSER app"),
    ("non-root", "FROM a\nUSER 1000:0"),
    ("non-root", "FROM a\nUSER $APP_USER"),
    ("non-root", "FROM a AS base\nUSER app\nFROM base"),
    ("non-root", "FROM gcr.io/distroless/python3:nonroot"),
    ("no-secrets", "FROM a\nENV PASSWORD_FILE=/run/secrets/db TOKEN_LIFETIME=60"),
    ("no-secrets", "FROM a\nENV MYSQL_ALLOW_EMPTY_PASSWORD=yes API_KEY="),
    ("no-secrets", 'FROM a\nENV PUBLIC_API_KEY="pk_1" GPG_KEY=A035C8C19219BA821ECEA86B64E628F8'),
    ("no-secrets", "FROM a\nCOPY .env.example public.pem keyboard.py /app/"),
    ("no-secrets", "FROM a\nCOPY .env.sample .env.template .env.dist .environment my.env /app/"),
    ("no-secrets", "FROM a\nENV TOKENS=5 HAS_TOKEN=true WITH_SECRET=No NO_PASSWORD=0"),
    ("no-secrets", "FROM a AS b\nFROM a\nCOPY --from=b /app/.env /app/.env"),
    ("no-secrets", "FROM a\nRUN --mount=type=secret,id=token cat /run/secrets/token"),
    ("exec-form", 'FROM a\nENTRYPOINT ["a"]\nCMD ["b"]'),
    ("exec-form", 'FROM a\nCMD python app.py\nCMD ["python"]'),
    ("exec-form", 'FROM a AS b\nCMD python\nFROM a\nCMD ["a"]'),
    ("exec-form", "FROM a\nONBUILD CMD python\nHEALTHCHECK CMD curl x"),
    ("one-cmd", 'FROM a AS b\nCMD ["a"]\nFROM b\nCMD ["b"]'),
    ("one-cmd", 'FROM a\nENTRYPOINT ["a"]\nCMD ["b"]'),
    ("workdir-absolute", 'FROM a\nWORKDIR /app\nWORKDIR "/srv"\nWORKDIR $HOME/x\nWORKDIR C:\\app'),
    ("copy-not-add", "FROM a\nADD https://example.org/x.txt /x\nADD rootfs.tar.gz /\nADD *.tar /"),
    ("copy-not-add", "FROM a\nADD git@example.org:x/y.git /y\nCOPY . /app"),
    ("no-sudo", "FROM a\nRUN apt-get install -y sudo && echo 'x; sudo y' # sudo z"),
    ("copy-not-add", "FROM a\nADD $SOURCE /x\nADD x.TGZ /y\nADD app.py https://example.org/z /z/"),
    ("no-sudo", "FROM a\nRUN echo sudo && type sudo"),
    ("copy-not-add", "FROM a\nADD <<EOF /x\nhello\nEOF"),
    ("no-sudo", 'FROM a\nRUN echo "a && sudo b'),
    ("no-sudo", "FROM a\nRUN"),
    ("no-sudo", "FROM a\nRUN A=1 && make"),
    ("no-sudo", "FROM a\nRUN cat <<EOF > /etc/x\nsudo y\nEOF"),
    ("no-sudo", "FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nsudo = 1\nEOF"),
    (
        "apt-update-with-install",
        "FROM a\nRUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y a\n"
        "RUN apt-get update && apt-get install -y b",
    ),
    ("apt-update-with-install", "FROM a\nRUN apt-get update"),
    ("cleans-apt", "FROM a\nRUN apt-get update && rm -rf /var/lib/apt/lists/*"),
    ("cleans-apt", "FROM a\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update"),
    ("cleans-apt", "FROM a AS build\nRUN apt-get update\nFROM b"),
    ("no-recommends", "FROM a\nRUN apt-get install -y --no-install-recommends curl"),
    ("no-recommends", "FROM a\nRUN npm install"),
    ("no-recommends", "FROM a\nRUN apt-get -o APT::Install-Recommends=0 install -y curl"),
    ("no-recommends", "FROM a AS b\nRUN apt-get install -y make\nFROM c"),
    ("multi-stage", "FROM a AS Build\nRUN make\nFROM c\nCOPY --from=build /x /x"),
    ("multi-stage", "FROM a\nRUN make\nFROM c\nCOPY --chown=1:1 --from=0 /x /x"),
    ("multi-stage", "FROM a AS b\nRUN make\nFROM c AS d\nCOPY --from=b /x /x\nFROM d"),
    ("multi-stage", "FROM a AS b\nFROM c\nRUN --mount=type=bind,from=b,target=/b cp /b/x /x"),
    ("multi-stage", "ARG S=b\nFROM a AS b\nFROM c\nCOPY --from=$S /x /x"),
    ("healthcheck", "FROM a\nHEALTHCHECK --interval=5s CMD curl -f http://localhost"),
    ("healthcheck", 'FROM a AS b\nHEALTHCHECK CMD ["true"]\nFROM b'),
    ("no-deprecated", 'FROM a\nENV NAME="a value" OTHER=b'),
]


def lines(name: PracticeName, text: str) -> list[int]:
    return [finding.line for finding in PRACTICES[name].broken_by(parse(text))]


@pytest.mark.parametrize(("name", "text", "line"), BREAKS)
def test_what_breaks_a_practice_is_found_with_its_line(
    name: PracticeName, text: str, line: int
) -> None:
    assert lines(name, text) == [line]


@pytest.mark.parametrize(("name", "text"), KEEPS)
def test_nothing_is_found_where_a_practice_is_kept(name: PracticeName, text: str) -> None:
    assert lines(name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("no-latest-base", "FROM python", "`FROM python:3.12-slim`"),
        ("pinned-base", "FROM a:1", "`FROM a:1@sha256:…`"),
        ("pinned-base", "FROM a:1", "`docker buildx imagetools inspect a:1`"),
        ("non-root", "FROM python:3.12", "`RUN useradd app`"),
        ("non-root", "FROM python:3.12-alpine", "`RUN adduser -D app`"),
        ("exec-form", "FROM a\nCMD python app.py", "write it as a list: `CMD ["),
        (
            "exec-form",
            "FROM a\nENTRYPOINT [python, app.py]",
            "double quotes around each word: `ENTRY",
        ),
        ("exec-form", "FROM a\nCMD ['python', 'app.py']", "double quotes around each word"),
        ("one-cmd", "FROM a\nENTRYPOINT a\nENTRYPOINT b", "keep only one `ENTRYPOINT`"),
        ("workdir-absolute", "FROM a\nWORKDIR app", "`WORKDIR /app`"),
        ("workdir-absolute", "FROM a\nWORKDIR ./app", "`WORKDIR /app`"),
    ],
)
def test_the_hint_tells_what_to_write(name: PracticeName, text: str, hint: str) -> None:
    (finding,) = PRACTICES[name].broken_by(parse(text))
    assert hint in str(finding.hint)


def test_each_practice_has_a_case_of_either_kind_and_is_documented() -> None:
    names = set(get_args(PracticeName))
    assert names == set(PRACTICES)
    assert names == {name for name, *_ in BREAKS} == {name for name, _ in KEEPS}
    assert all(f"``{name}``" in (Dockerfile.__doc__ or "") for name in names)


def test_a_secret_is_named_but_its_value_is_not_shown() -> None:
    (finding,) = PRACTICES["no-secrets"].broken_by(parse("FROM a\nENV TOKEN=hunter2"))
    assert "TOKEN" in str(finding.problem)
    assert "hunter2" not in f"{finding.problem}{finding.hint}"


_LINES = st.lists(
    st.sampled_from(
        ["USER ", "ENV a=", "ENV ", "ARG ", "COPY ", "ADD ", "RUN ", "WORKDIR ", "CMD "]
    ).flatmap(lambda start: st.text(max_size=30).map(start.__add__))
).map(lambda found: "FROM a\n" + "\n".join(found))


@given(_LINES)
def test_no_dockerfile_breaks_a_practice_itself(text: str) -> None:
    try:
        parsed = parse(text)
    except DockerfileError:
        return
    for practice in PRACTICES.values():
        assert all(finding.line >= 1 for finding in practice.broken_by(parsed))
