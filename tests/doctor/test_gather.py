"""What is gathered on machines made that way, without an engine."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from grader.doctor.gather import command, engine, registries, system
from grader.doctor.gather.bounded import at_once
from grader.doctor.machine import Port, Registry
from grader.facts import Reason
from grader.needs import LoginNeed, ManifestNeed

GRADE_LAB = str(Path(sys.executable).with_name("grade-lab"))
SECRET = "hunter2"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".docker").mkdir()
    (tmp_path / "bin").mkdir()
    return tmp_path


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
        timeout=30,
    )
    assert "Traceback" not in done.stderr, done.stderr
    document = json.loads(done.stdout)
    return done.returncode, {f["code"]: f for f in document["findings"]}, done.stdout


# docker's settings


def test_a_broken_config_is_told_with_its_line_and_none_of_its_secrets(home: Path) -> None:
    text = f'{{\n"auths": {{"r": {{"auth": "{SECRET}"}}}},\n}}\n'
    (home / ".docker" / "config.json").write_text(text)
    code, found, output = doctor(home)
    assert code == 1
    assert found["config-broken"]["detail"].startswith("line 3:")
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
    monkeypatch.setattr(command, "SECONDS", 0.5)
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


def test_an_engine_that_never_answers_holds_nobody_up(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(home / "silent.sock"))
        silent.listen()
        code, found, _ = doctor(home, DOCKER_HOST=f"unix://{home / 'silent.sock'}")
    assert code == 1
    assert "wait a minute" in found["engine-error"]["steps"][0]


def test_looks_that_fail_or_hang_leave_the_others_alone() -> None:
    forever = threading.Event()
    looks = {"good": lambda: 1, "bad": lambda: 1 / 0, "slow": forever.wait}
    try:
        assert at_once(looks, 0.2) == {"good": 1}
    finally:
        forever.set()


# Registries


@contextmanager
def registry(**headers: str) -> Iterator[tuple[str, list[str]]]:
    """A registry that gives anybody a token, and then these headers, among them the status."""
    status = int(headers.pop("status", "200"))
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"GET {self.path.partition('?')[0]}")
            self._answer(200, {}, b'{"token": "t"}')

        def do_HEAD(self) -> None:
            asked.append("HEAD")
            if self.headers.get("Authorization") != "Bearer t":
                place = f'Bearer realm="http://{self.headers["Host"]}/token",service="s"'
                self._answer(401, {"WWW-Authenticate": place})
            else:
                self._answer(status, headers)

        def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def look(address: str, home: Path) -> Registry:
    return registries.asked(Registry(name=address), f"{address}/me/app:1", environment(home))


def test_what_is_left_of_a_limit_is_asked_without_using_it_up(home: Path) -> None:
    headers = {"RateLimit_Limit": "100;w=21600", "RateLimit_Remaining": "3;w=21600"}
    with registry(**headers) as (address, asked):
        answer = look(address, home)
    assert (answer.limit, answer.remaining, answer.window) == (100, 3, 21600)
    assert answer.reachable
    assert not answer.limited
    assert [one for one in asked if one.startswith("GET")] == ["GET /token"]


def test_a_registry_that_wants_no_more_requests_says_for_how_long(home: Path) -> None:
    with registry(status="429", Retry_After="600") as (address, _):
        answer = look(address, home)
    assert answer.limited
    assert answer.retry_after == 600


def test_a_registrys_clock_is_compared_with_ours(home: Path) -> None:
    with registry(Date=formatdate(0, usegmt=True)) as (address, _):
        answer = look(address, home)
    assert answer.ahead is not None
    assert answer.ahead < -1e9


def test_a_registry_that_is_off_is_not_reached(home: Path) -> None:
    with registry() as (address, _):
        pass
    away = look(address, home)
    assert away.reachable is False
    assert "Connection(" not in away.detail


def test_docker_hub_is_looked_at_always_and_needed_only_by_some_rubrics() -> None:
    assert [r.needed for r in registries.wanted([])] == [False]
    needs = [ManifestNeed(image="r.example/me/app:1"), LoginNeed(registry="r.example")]
    wanted = registries.wanted(needs)
    assert [(r.name, r.needed, r.pushed_to) for r in wanted] == [
        ("r.example", True, True),
        ("docker.io", False, False),
    ]


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


@pytest.mark.parametrize(("lang", "last"), [("en", "Start with: "), ("ko", "")])
def test_the_list_ends_with_where_to_start(home: Path, lang: str, last: str) -> None:
    done = subprocess.run(
        [GRADE_LAB, "doctor", "--lang", lang],
        env=environment(home, DOCKER_HOST="unix:///nonexistent/docker.sock"),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any(line.startswith("✗ ") for line in lines)
    assert any(line.startswith("  1. ") for line in lines)
    assert last in done.stdout.rpartition("\n\n")[2]
