"""The command as shells and people start it: with closed streams, with options in any order."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import ExitCode
from tests.places import GRADE_LAB

ENV = {**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock", "LANG": "en_US.UTF-8"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lab.yaml").write_text(
        "rubric: container-and-docker\nlearner: {id: s-1}\nvariables: {hub_id: haneul}\n"
    )
    return tmp_path


def run(folder: Path, *typed: str, after: str = "") -> subprocess.CompletedProcess[str]:
    line = f'exec "$0" {" ".join(typed)} {after}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, GRADE_LAB],
        env=ENV,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes them")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("command", "code"), [("judge", 1), ("--help", 0), ("doctor", 1), ("shell -- true", 0)]
)
def test_a_closed_stream_takes_nothing_but_what_it_would_show(
    folder: Path, closed: str, command: str, code: int
) -> None:
    done = run(folder, command, after=closed)
    assert done.returncode == code


@pytest.mark.parametrize(
    "typed", ["--help", "rubric list", "judge", "watch --status", "judge --nope", "doctor"]
)
def test_what_an_encoding_lacks_ends_no_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """As where an English Windows pipes what is told in Korean."""
    monkeypatch.setitem(ENV, "PYTHONIOENCODING", "cp437")
    code = run(folder, *typed.split(), "--lang ko").returncode
    monkeypatch.setitem(ENV, "PYTHONIOENCODING", "utf-8")
    assert code == run(folder, *typed.split(), "--lang ko").returncode


def test_a_report_for_programs_is_utf8_in_any_encoding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENV, "PYTHONIOENCODING", "cp437")
    done = run(folder, "judge --lang ko --format json --out -")
    assert json.loads(done.stdout)["rubric"]["title"] == "Container와 Docker"


@pytest.fixture
def gone() -> Iterator[int]:
    """A pipe to a reader who went away."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("grade", ExitCode.INCOMPLETE),
        ("grade --format json --out -", ExitCode.INCOMPLETE),
        ("rubric list", ExitCode.PASSED),
        ("rubric schema", ExitCode.PASSED),
        ("rubric show container-and-docker --format markdown", ExitCode.PASSED),
        ("rubric list --help", ExitCode.PASSED),
        ("--help", ExitCode.PASSED),
        ("watch --status", ExitCode.BELOW_PASS_MARK),
        ("doctor --nope", ExitCode.USAGE),
    ],
)
def test_a_reader_who_has_seen_enough_does_not_change_the_exit_code(
    folder: Path, gone: int, typed: str, code: ExitCode
) -> None:
    command = [GRADE_LAB, *typed.split()]
    for told in (subprocess.PIPE, gone):
        done = subprocess.run(
            command, env=ENV, cwd=folder, stdout=gone, stderr=told, text=True, timeout=120
        )
        assert done.returncode == code
        assert "Traceback" not in (done.stderr or "")
        assert "BrokenPipe" not in (done.stderr or "")


@pytest.mark.parametrize("option", [["--lang", "ko"], ["--lang=ko"]])
def test_the_language_may_stand_before_the_command(folder: Path, option: list[str]) -> None:
    done = run(folder, *option, "watch", "--status")
    assert "기록하고 있지 않습니다" in done.stdout


@pytest.mark.parametrize("args", [["--help", "--lang", "ko"], ["--lang", "ko", "--help"]])
def test_help_is_in_the_language_beside_it(folder: Path, args: list[str]) -> None:
    done = run(folder, *args)
    assert done.returncode == 0
    assert "실습하는 동안 기록하고" in done.stdout


def test_help_of_a_command_is_in_the_language_beside_it(folder: Path) -> None:
    assert "체크리스트를 브라우저에서도" in run(folder, "watch", "--help", "--lang", "ko").stdout


def test_rubrics_are_listed_in_columns(folder: Path) -> None:
    lines = run(folder, "rubric", "list", "--lang", "en").stdout.splitlines()
    names = [line.partition(" ")[0] for line in lines]
    assert "container-and-docker" in names
    width = max(map(len, names))
    assert all(line[width : width + 2] == "  " and line[width + 2] != " " for line in lines)
