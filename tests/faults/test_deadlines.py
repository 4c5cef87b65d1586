"""Nothing waits longer than it says: engines that are asked to do something, helpers, a grading."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from grader.collect import collect as collecting
from grader.collect import connection, credential_helper
from grader.collect.answer import NoAnswerError, UnavailableError
from grader.collect.client import Client
from grader.collect.endpoint import Endpoint
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import EMPTY
from grader.needs import ContainerNeed, FileNeed, Need
from grader.verify import engine as engine_module
from grader.verify.engine import Engine
from grader.verify.logins import Logins
from tests.faults.engine import FAULTS, Fault, faulty_engine
from tests.faults.rules import DEADLINE, Lab, command, quiet, together, until

SLOW = (
    *("is silent", "headers drip", "body drips", "chunks drip", "a chunk's size drips"),
    *("endless zeros", "endless lines"),
)
SECONDS = 2.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READ_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(connection, name, SECONDS)
    for name in ("SECONDS", "ENDING_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(engine_module, name, SECONDS)
    monkeypatch.setattr(credential_helper, "SECONDS", SECONDS)


WRITES: dict[str, Callable[[Engine], object]] = {
    "containers/create": lambda engine: engine.create("x", {}),
    "containers/x/start": lambda engine: engine.start("x"),
    "containers/x/stop": lambda engine: engine.stop("x", 1),
    "containers/x/kill": lambda engine: engine.kill("x"),
    "containers/x": lambda engine: engine.remove("x"),
    "containers/x/stats": lambda engine: engine.processes("x"),
    "networks/create": lambda engine: engine.create_network({}),
    "networks": lambda engine: engine.labelled("networks", "x"),
    "networks/x": lambda engine: engine.remove_network("x"),
    "images/x": lambda engine: engine.remove_image("x"),
    "images/create": lambda engine: list(engine.pull("x", "sha256:1", None, "r", SECONDS)),
    "build": lambda engine: list(engine.build(io.BytesIO(b"x"), {}, SECONDS)),
}


@pytest.mark.parametrize("fault", SLOW)
def test_an_engine_that_is_asked_to_do_something(fault: str) -> None:
    def told(path: str) -> str:
        with faulty_engine(f"/v1.41/{path}", FAULTS[fault]) as (host, asked):
            engine = Engine(Endpoint((host,)))
            begun = time.monotonic()
            try:
                answer = WRITES[path](engine)
            except NoAnswerError as error:
                answer = error
            taken = time.monotonic() - begun
            engine.close()
        if f"/v1.41/{path}" not in asked:
            return f"{path}: it was not asked: {asked}"
        if taken > DEADLINE or not isinstance(answer, UnavailableError):
            return f"{path}: {answer!r} after {taken:.1f} s"
        return ""

    failures = list(filter(None, together(list(WRITES), told)))
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("fault", ["is silent", "headers drip", "a chunk's size drips"])
def test_a_pull_that_lasts_ends_when_the_run_is_to_end(fault: str) -> None:
    with faulty_engine("/v1.41/images/create", FAULTS[fault]) as (host, asked):
        engine = Engine(Endpoint((host,)))
        ends: list[NoAnswerError] = []

        def pull() -> None:
            try:
                list(engine.pull("x", "sha256:1", None, "r", 10 * DEADLINE))
            except NoAnswerError as error:
                ends.append(error)

        pulling = Thread(target=pull, daemon=True)
        pulling.start()
        until(lambda: "/v1.41/images/create" in asked)
        engine.interrupt()
        pulling.join(DEADLINE)
        assert ends
        engine.close()


def late(seconds: float) -> Fault:
    """The right answer, but not at once."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"

    def fault(connection: socket.socket, body: bytes, over: Event) -> None:
        if not over.wait(seconds):
            connection.sendall(head + body)

    return fault


def test_an_engine_that_leaves_questions_unanswered_is_asked_no_more() -> None:
    with faulty_engine("container", FAULTS["is silent"]) as (host, asked):
        client = Client(Endpoint((host,)))
        for _ in range(20):
            with pytest.raises(UnavailableError) as caught:
                client.container("web")
        assert caught.value.reason is Reason.ENGINE_UNREACHABLE
        assert "3 questions in a row" in caught.value.detail
        assert asked.count("container") == connection.MOST_UNANSWERED
        client.close()


def test_one_that_answers_now_and_then_goes_on_being_asked() -> None:
    with faulty_engine("container", FAULTS["is silent"]) as (host, _):
        client = Client(Endpoint((host,)))
        for _ in range(2):
            for _ in range(connection.MOST_UNANSWERED - 1):
                with pytest.raises(UnavailableError) as caught:
                    client.container("web")
                assert caught.value.reason is Reason.TIMEOUT
            assert client.info()
        client.close()


def test_a_grading_as_a_whole_begins_no_look_after_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text("")
    monkeypatch.setattr(collecting, "GRADING_SECONDS", 2.0)
    needs: list[Need[Fact]] = [ContainerNeed(name="c" * n) for n in range(1, 51)]
    needs.append(FileNeed(path="app.py"))
    with faulty_engine("container", late(0.5)) as (host, asked):
        answered = list(
            collecting.collect(needs, tmp_path, Evidence(EMPTY), env={"DOCKER_HOST": host})
        )
    entries = [entry for answers in answered for entry in answers]
    assert [entry.need for entry in entries if entry.source == "submission"]
    late_ones = [entry for entry in entries if entry.reason is Reason.TIMEOUT]
    assert len(late_ones) > 20
    assert "of a grading are over" in late_ones[-1].detail
    assert {entry.need for entry in entries} == set(needs)
    assert 0 < len(asked) < 30


HELPERS = {
    "hangs": "sleep 1000",
    "hangs in a child of its own": "sh -c 'sleep 1000; true' \"$0\" & wait",
    "prints for ever": "while :; do echo '{'; sleep 0.01; done",
    "prints garbage": "printf '\\377\\376{{'",
    "prints a list": "echo '[]'",
    "prints nothing": "true",
    "prints numbers": """echo '{"Username": 7, "Secret": []}'""",
    "fails": "echo no; exit 1",
    "fails with garbage": "printf '\\377'; exit 1",
    "dies": "kill -9 $$",
}


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "broken"}))
    return tmp_path


def put(docker: Path, script: str) -> str:
    """The helper on a PATH of its own."""
    program = docker / "bin" / "docker-credential-broken"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat >/dev/null\n{script}\n")
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


def helpers(docker: Path) -> list[psutil.Process]:
    """Those that still run, and what they have started."""
    place = str(docker)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(place in argument for argument in process.info["cmdline"] or ())
        and process.pid != os.getpid()
        and "docker-credential" in " ".join(process.info["cmdline"])
    ]


needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")


@needs_shell
@pytest.mark.parametrize("way", HELPERS)
def test_a_credential_helper(way: str, docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", put(docker, HELPERS[way]))
    logins = Logins({"DOCKER_CONFIG": str(docker)})
    begun = time.monotonic()
    for _ in range(10):  # who does not answer is not asked again
        if way == "prints numbers":
            assert logins.of("registry.example")
            continue
        with pytest.raises(UnavailableError) as caught:
            logins.of("registry.example")
        assert caught.value.reason is Reason.CREDENTIALS
    assert time.monotonic() - begun < DEADLINE
    until(lambda: not helpers(docker), "a helper is left")


@needs_shell
@pytest.mark.parametrize("way", [*HELPERS, "is not there"])
def test_the_engine_is_asked_with_a_credential_helper(way: str, docker: Path) -> None:
    path = put(docker, HELPERS.get(way, ""))
    if way == "is not there":
        path = os.environ["PATH"]
    lab = Lab.make(docker / "lab")
    env = {"DOCKER_CONFIG": str(docker), "PATH": path}
    with faulty_engine() as (host, _):
        ran = command(lab.folder, host, "grade", str(lab.folder), env=env)
    quiet(ran)
    assert "Warning" not in ran.told, ran
    assert lab.told()["push"] in {"error", "pass"}, ran
    assert set(lab.told().values()) <= {"error", "pass"}
    until(lambda: not helpers(docker), "a helper is left")
