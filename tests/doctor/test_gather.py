"""What is gathered on machines made that way, without an engine."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from grader.doctor.gather import command, engine, system, work
from grader.doctor.gather.bounded import at_once
from grader.doctor.machine import Port
from grader.facts import Reason
from tests.places import GRADE_LAB

SECRET = "hunter2"


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}", **more}


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def doctor(home: Path, *options: str, **env: str) -> tuple[int, dict[str, Any], str]:
    lab = home / "lab"
    lab.mkdir(exist_ok=True)
    done = subprocess.run(
        [GRADE_LAB, "doctor", str(lab), "--lang", "en", "--format", "json", *options],
        env=environment(home, **{"DOCKER_HOST": "unix:///nonexistent/docker.sock", **env}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    document = json.loads(done.stdout)
    return done.returncode, {f["code"]: f for f in document["findings"]}, done.stdout


def test_why_an_address_cannot_be_used_is_told_in_the_language_asked_for(home: Path) -> None:
    _, found, _ = doctor(home, "--lang", "ko", DOCKER_HOST="localhost")
    assert "주소의 엔진을 쓸 수 없습니다" in found["engine-remote"]["detail"]


@pytest.mark.skipif(find_spec("paramiko") is not None, reason="paramiko is there")
def test_what_an_engine_behind_ssh_needs_is_told(home: Path) -> None:
    _, found, _ = doctor(home, DOCKER_HOST="ssh://me@127.0.0.1")
    assert "`pipx inject grade-lab paramiko`" in found["engine-remote"]["steps"][0]


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("ARG V=3.12\nFROM python:$V AS b\nFROM scratch\nFROM b\n", ("python:3.12",)),
        ("FROM a AS b AS c\n", ()),
        (None, ()),
    ],
)
def test_the_images_that_a_dockerfile_starts_from_are_known(
    tmp_path: Path, text: str | None, bases: tuple[str, ...]
) -> None:
    if text:
        (tmp_path / "Dockerfile").write_text(text)
    settings = {"hub_id": "haneul"}
    found = work.task(tmp_path, "container-and-docker", settings, asked=True).work
    assert (found.error, found.bases) == (None, bases)


# docker's settings


def test_a_broken_config_is_told_with_its_line_and_none_of_its_secrets(home: Path) -> None:
    text = f'{{\n"auths": {{"r": {{"auth": "{SECRET}"}}}},\n}}\n'
    (home / ".docker" / "config.json").write_text(text)
    code, found, output = doctor(home)
    assert code == 1
    # Of a comma too many, newer Pythons tell the place; older ones where something has to follow.
    assert found["config-broken"]["detail"].startswith(("line 2:", "line 3:"))
    assert (
        '`mv "~/.docker/config.json" "~/.docker/config.json.old"`'
        in found["config-broken"]["steps"][1]
    )
    assert SECRET not in output


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (None, "missing"),
        ("exec sleep 60", "hangs"),
        ("echo 'Cannot autolaunch D-Bus'; exit 1", "fails"),
        (f'echo \'{{"https://r": "{SECRET}"}}\'', "works"),
    ],
)
def test_a_credential_helper_is_tried_and_what_it_keeps_is_not_looked_at(
    home: Path, script: str | None, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".docker" / "config.json").write_text('{"credsStore": "test"}')
    if script:
        program(home / "bin" / "docker-credential-test", script)
    monkeypatch.setattr(command, "SECONDS", 0.5 if state == "hangs" else 30)
    config = command.config(environment(home))
    assert [helper.state for helper in config.helpers] == [state]
    assert SECRET not in str(config)


def test_a_helper_is_a_name_and_never_a_path(home: Path) -> None:
    (home / ".docker" / "config.json").write_text('{"credsStore": "../../bin/true"}')
    assert command.config(environment(home)).helpers[0].state == "missing"


# The docker command


def test_there_is_no_docker_command(home: Path) -> None:
    assert not command.command({"HOME": str(home), "PATH": str(home / "bin")}).found


def test_the_stub_of_docker_desktop_in_wsl_is_known(home: Path) -> None:
    said = "The command 'docker' could not be found in this WSL 2 distro."
    program(home / "bin" / "docker", f'echo "{said}"; exit 1')
    assert command.command(environment(home)).stub


def test_a_docker_command_that_does_not_run_is_none_that_is_missing(home: Path) -> None:
    program(home / "bin" / "docker", "exit 126")
    seen = command.command(environment(home))
    assert seen.found
    assert not seen.runs


# Engines


def test_a_socket_that_nobody_may_use_and_one_that_nobody_listens_at(home: Path) -> None:
    from grader.collect.endpoint import Endpoint

    path = home / "docker.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))  # as an engine that was killed leaves it
    doors = engine.doors(environment(home), Endpoint((f"unix://{path}",)))
    assert doors[0].there
    assert doors[0].reason is Reason.ENGINE_UNREACHABLE


def test_what_the_system_refuses_is_told_in_the_readers_language(home: Path) -> None:
    (home / ".docker" / "config.json").mkdir()
    _, found, _ = doctor(home, "--lang", "ko")
    assert found["config-broken"]["detail"] == "파일이 아니라 폴더입니다"


def test_an_engine_that_never_answers_holds_nobody_up(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(home / "silent.sock"))
        silent.listen()
        code, found, _ = doctor(home, DOCKER_HOST=f"unix://{home / 'silent.sock'}")
    assert code == 1
    assert "wait a minute" in found["engine-error"]["steps"][0]
    assert found["engine-error"]["detail"].endswith("no answer came in time")


def test_looks_that_fail_or_hang_leave_the_others_alone() -> None:
    forever = threading.Event()
    looks = {"good": lambda: 1, "bad": lambda: 1 / 0, "slow": forever.wait}
    try:
        assert at_once(looks, 0.2) == {"good": 1}
    finally:
        forever.set()


# Registries


# The operating system


def test_a_port_is_taken_by_this_very_process() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        number = server.getsockname()[1]
        seen = system.port(Port(number=number))
        assert (seen.taken, seen.pid) == (True, os.getpid())
    assert not system.port(Port(number=number)).taken


def test_proxies_are_known_by_name_only(home: Path) -> None:
    url = f"http://me:{SECRET}@127.0.0.1:9"
    seen = system.proxies({"HTTPS_PROXY": url, "no_proxy": "example.org"})
    assert seen.names == ("HTTPS_PROXY",)
    assert not seen.spares_localhost
    assert system.proxies({"NO_PROXY": "example.org, localhost"}).spares_localhost
    _, found, output = doctor(home, HTTPS_PROXY=url)
    assert "proxy-localhost" in found
    assert SECRET not in output


# What is told


def test_what_is_sent_to_support_names_no_home_and_no_login(home: Path) -> None:
    (home / ".docker" / "config.json").write_text('{"credsStore": "nope"}')
    _, found, output = doctor(home, DOCKER_HOST=f"tcp://{SECRET}@127.0.0.1:1")
    assert str(home) not in output
    assert SECRET not in output
    assert "~/.docker/config.json" in str(found["credential-helper-missing"])


def test_a_folder_that_was_named_must_be_that_of_a_lab(home: Path) -> None:
    code, found, _ = doctor(home)
    assert code == 1
    assert "no lab.yaml" in found["submission"]["title"]


def test_a_value_that_is_missing_is_asked_for_in_lab_yaml_and_not_in_the_rubric(home: Path) -> None:
    (home / "lab").mkdir()
    (home / "lab" / "lab.yaml").write_text("rubric: container-and-docker\n")
    _, found, _ = doctor(home)
    told = found["submission"]
    assert "container-and-docker.yaml" not in told["title"] + told["detail"]
    assert '`variables: {hub_id: "…"}`' in told["steps"][0]


def test_a_field_that_is_written_wrong_is_told_with_the_right_one(home: Path) -> None:
    (home / "lab").mkdir()
    (home / "lab" / "lab.yaml").write_text("rubrik: container-and-docker\n")
    assert "did you mean 'rubric'?" in doctor(home)[1]["submission"]["detail"]


LAB = "rubric: container-and-docker\nlearner: {id: s-1}\nvariables: {hub_id: haneul}\n"


@pytest.mark.parametrize(
    ("other", "path"),
    [
        ("answers.md.txt", "answers.md"),
        ("dockerignore", ".dockerignore"),
        ("Dockerfile.txt", "Dockerfile"),
    ],
)
def test_a_file_of_another_name_is_to_be_renamed(home: Path, other: str, path: str) -> None:
    (home / "lab").mkdir()
    (home / "lab" / "lab.yaml").write_text(LAB)
    (home / "lab" / other).write_text("x")
    assert doctor(home)[1]["file-misnamed"]["steps"] == [f"rename it: `mv {other} {path}`"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp949"])
def test_a_file_of_another_encoding_is_to_be_saved_again(home: Path, encoding: str) -> None:
    (home / "lab").mkdir()
    (home / "lab" / "lab.yaml").write_text(LAB)
    (home / "lab" / "answers.md").write_text("## vm-vs-container\n가상 머신\n", encoding=encoding)
    (home / "lab" / "Dockerfile").write_text("FROM python:3.11-slim\n")
    _, found, _ = doctor(home)
    assert found["file-encoding"]["title"].startswith("answers.md is not saved as UTF-8")
    assert "file-misnamed" not in found


@pytest.mark.parametrize(("lang", "last"), [("en", "Start with: "), ("ko", "")])
def test_the_list_ends_with_where_to_start(home: Path, lang: str, last: str) -> None:
    done = subprocess.run(
        [GRADE_LAB, "doctor", "--lang", lang],
        env=environment(home, DOCKER_HOST="unix:///nonexistent/docker.sock"),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any(line.startswith("✗ ") for line in lines)
    assert any(line.startswith("  1. ") for line in lines)
    assert last in done.stdout.rpartition("\n\n")[2]
