"""Which files of the build context stand where in the image, as far as the Dockerfile tells."""

from __future__ import annotations

import pytest

from grader.checking.copied import copied
from grader.checking.dockerfile import parse


@pytest.mark.parametrize(
    ("lines", "pairs"),
    [
        ("WORKDIR /app\nCOPY app.py .", {"/app/app.py": "app.py"}),
        ("WORKDIR /app\nWORKDIR src\nCOPY app.py ./", {"/app/src/app.py": "app.py"}),
        ("WORKDIR /app\nCOPY . .", {"/app": "."}),
        ("WORKDIR /app\nCOPY / .", {"/app": "."}),
        ("COPY app.py /srv/main.py", {"/srv/main.py": "app.py"}),
        ("COPY /app.py /srv/", {"/srv/app.py": "app.py"}),
        ("COPY .npmrc /srv/", {"/srv/.npmrc": ".npmrc"}),
        ("COPY src /srv/", {"/srv": "src"}),
        ("COPY src/ /srv/code", {"/srv/code": "src"}),
        ("COPY src/app.py /srv/.", {"/srv/app.py": "src/app.py"}),
        ("COPY a.py src/b.py /srv/", {"/srv/a.py": "a.py", "/srv/b.py": "src/b.py"}),
        ("COPY a.py *.txt b.py /srv", {"/srv/a.py": "a.py", "/srv/b.py": "b.py"}),
        ("COPY --chown=1000 app.py /srv/", {"/srv/app.py": "app.py"}),
        ("COPY a.py /srv/main.py\nCOPY b.py /srv/main.py", {"/srv/main.py": "b.py"}),
    ],
)
def test_what_is_copied_is_told_by_its_place_in_the_image(
    lines: str, pairs: dict[str, str]
) -> None:
    assert dict(copied(parse(f"FROM scratch\n{lines}\n"))) == pairs


@pytest.mark.parametrize(
    "lines",
    [
        "COPY app.py .",
        "WORKDIR app\nCOPY app.py .",
        "COPY . /",
        "COPY *.py /srv/",
        "COPY $APP /srv/",
        "COPY app.py $HOME/",
        "COPY ../app.py /srv/",
        "COPY --from=build /app.py /srv/",
        "COPY <<EOF /srv/app.py\nprint()\nEOF",
        "ADD app.py /srv/",
        "COPY app.py /srv/\nFROM scratch",
    ],
)
def test_what_only_a_build_could_tell_is_left_out(lines: str) -> None:
    assert copied(parse(f"FROM scratch AS build\n{lines}\n")) == ()
