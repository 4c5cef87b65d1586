"""A run in the sandbox: when it is over, what is told of it, and what is left of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from grader.collect import docker_host
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import HttpResponse, Logs, Reason
from grader.needs import HttpNeed, LogsNeed
from grader.rubric.sandbox import Sandbox
from grader.verify import sandbox as module
from grader.verify.images import Obtained
from grader.verify.plan import OfRun, Subject
from grader.verify.sandbox import ELSEWHERE, WITHOUT_LIMITS, Findings, Sandboxes
from tests.verify.machine import Machine, Owned, frame

WEB, ADMIN, LOG = HttpNeed(port=80, deadline=60), HttpNeed(port=81, deadline=0), LogsNeed()
AWAY = UnavailableError(Reason.ENGINE_UNREACHABLE, "connection refused")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    return Machine()


def sandboxes(machine: Machine, stopping: Event | None = None) -> Sandboxes:
    owned = Owned().as_ownership()
    return Sandboxes(machine.as_engine(), owned, 1, stopping or Event())


def run(machine: Machine, *needs: OfRun, stopping: Event | None = None) -> Findings:
    subject = Subject(image=None, pushed=False, local=True, of_image=(), of_run=needs)
    image = Obtained({"Id": "sha256:1", "Config": {}}, "sha256:1", pushed=False)
    return sandboxes(machine, stopping).run(image, subject, Sandbox(), {})


@contextmanager
def app(answer: bytes) -> Iterator[int]:
    """An app that answers once; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> Iterator[int]:
    """A port of this computer on which nobody listens, and nobody else will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def log_of(found: Findings) -> str:
    assert isinstance(found.log, Logs)
    return found.log.stdout


def told(answer: object) -> tuple[type, Reason, str]:
    assert isinstance(answer, NoAnswerError)
    return type(answer), answer.reason, answer.detail


def test_of_two_ports_each_gets_its_own_answer(machine: Machine, closed: int) -> None:
    with app(b"HTTP/1.0 200 OK\r\n\r\nhello") as port:
        machine.ports = {"80": port, "81": closed}
        found = run(machine, WEB, ADMIN, LOG)
    web = found.http[WEB]
    assert isinstance(web, HttpResponse)
    assert web.body == "hello"
    silent = (AbsentError, Reason.NO_ANSWER, "it runs, and does not answer")
    assert told(found.http[ADMIN]) == silent
    assert log_of(found) == "ready\n"


def test_an_image_without_a_port_that_ends_is_not_waited_for(machine: Machine) -> None:
    machine.log = lambda: iter([frame(b"done\n")])
    assert log_of(run(machine, LOG)) == "done\n"
    assert "kill" not in machine.did


def test_an_image_without_a_port_is_watched_until_it_is_quiet(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0)
    assert log_of(run(machine, LOG)) == "ready\n"
    assert machine.did[-2:] == ["stop", "remove"]


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ({"OOMKilled": True}, UnavailableError, "it used up 256 MB of memory"),
        ({"ExitCode": 3}, AbsentError, "it ended with exit code 3"),
    ],
)
def test_an_app_that_ended_is_asked_no_more_and_it_is_told_how_it_ended(
    machine: Machine, closed: int, state: dict[str, object], kind: type, words: str
) -> None:
    machine.state, machine.ports = state, {"80": closed}
    machine.log = lambda: iter([frame(b"ready\n")])
    answer = told(run(machine, WEB).http[WEB])
    assert (answer[0], answer[2]) == (kind, words)


def flood(machine: Machine) -> None:
    def without_end() -> Iterator[bytes]:
        while not machine.ended.is_set():
            yield frame(b"x" * 2**16)

    machine.log = without_end


def fill_the_disk(machine: Machine) -> None:
    machine.bytes_written = 10**9


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (flood, "its log grew beyond 8 MiB"),
        (fill_the_disk, "it wrote more than 500 MB"),
    ],
)
def test_who_goes_beyond_a_limit_is_ended_and_has_not_failed(
    machine: Machine,
    closed: int,
    act: Callable[[Machine], None],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MEASURE_SECONDS", 0)
    machine.ports = {"80": closed}
    act(machine)
    assert told(run(machine, WEB).http[WEB]) == (UnavailableError, Reason.SANDBOX, words)
    assert "kill" in machine.did


def test_an_app_that_may_start_no_more_processes_has_not_failed(
    machine: Machine, closed: int
) -> None:
    machine.running_processes, machine.ports = 128, {"81": closed}
    assert told(run(machine, ADMIN).http[ADMIN])[1] is Reason.SANDBOX


def test_a_run_is_ended_when_all_is_to_end(machine: Machine, closed: int) -> None:
    stopping = Event()

    def written_meanwhile() -> Iterator[bytes]:
        yield frame(b"ready\n")
        stopping.set()
        machine.ended.wait()

    machine.log = written_meanwhile
    machine.ports = {"80": closed}
    found = run(machine, WEB, LOG, stopping=stopping)
    assert told(found.http[WEB]) == (UnavailableError, Reason.TIMEOUT, "interrupted")
    assert machine.did[-3:] == ["kill", "stop", "remove"]


def test_a_log_that_cannot_be_followed_is_no_failure_of_the_app(
    machine: Machine, closed: int
) -> None:
    def broken() -> Iterator[bytes]:
        raise AWAY
        yield

    machine.log = broken
    machine.ports = {"80": closed}
    found = run(machine, WEB, LOG)
    assert told(found.http[WEB])[:2] == (UnavailableError, Reason.ENGINE_UNREACHABLE)
    assert told(found.log)[:2] == (UnavailableError, Reason.ENGINE_UNREACHABLE)


def test_an_image_for_another_processor_has_neither_failed_nor_written_its_log(
    machine: Machine, closed: int
) -> None:
    machine.state, machine.ports = {"Running": False, "ExitCode": 255}, {"80": closed}
    machine.log = lambda: iter([frame(b"exec python failed: Exec format error\n", 2)])
    found = run(machine, WEB, LOG)
    for answer in (found.http[WEB], found.log):
        assert told(answer)[:2] == (UnavailableError, Reason.SANDBOX)


@pytest.mark.parametrize(("failures", "tries"), [(0, 1), (2, 3), (9, 3)])
def test_a_container_that_cannot_be_removed_now_costs_no_answer(
    machine: Machine, failures: int, tries: int
) -> None:
    machine.refuse["remove"] = [AWAY] * failures
    machine.log = lambda: iter([frame(b"done\n")])
    assert log_of(run(machine, LOG)) == "done\n"
    assert machine.did.count("remove") == tries


def refused(machine: Machine, stopping: Event | None = None) -> tuple[type, Reason, str]:
    with pytest.raises(NoAnswerError) as caught, sandboxes(machine, stopping).place():
        pass
    return told(caught.value)


def test_nothing_begins_any_more_when_all_is_to_end(machine: Machine) -> None:
    stopping = Event()
    stopping.set()
    assert refused(machine, stopping) == (UnavailableError, Reason.TIMEOUT, "interrupted")


@pytest.mark.parametrize("missing", ["MemoryLimit", "PidsLimit"])
def test_without_limits_nothing_is_run(machine: Machine, missing: str) -> None:
    machine.told = {**machine.told, missing: False}
    assert refused(machine) == (UnavailableError, Reason.UNSUPPORTED, WITHOUT_LIMITS)


@pytest.mark.parametrize("host", ["tcp://far:2375", "ssh://me@far"])
def test_on_another_computer_nothing_is_run(machine: Machine, host: str) -> None:
    machine.host = host
    assert refused(machine) == (UnavailableError, Reason.UNSUPPORTED, ELSEWHERE)


def test_out_of_a_container_the_ports_of_the_engine_s_host_are_not_reached(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(docker_host, "MARKS", (tmp_path_factory.getbasetemp(),))
    with sandboxes(machine).place():
        pass  # an engine within it
    machine.told = {**machine.told, "Name": "host"}
    assert refused(machine) == (UnavailableError, Reason.UNSUPPORTED, ELSEWHERE)
