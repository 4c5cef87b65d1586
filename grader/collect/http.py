"""A GET of the app in a container, on the port of this computer that its own is published on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING

from grader import facts
from grader.collect import redact, shapes
from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.waiting import cut_after
from grader.facts import Reason
from grader.needs import HttpNeed

KEPT_BYTES = 64 * 1024
READ_BYTES = KEPT_BYTES + 4096
"""More than is kept, so that a secret at the cut is seen whole."""
ATTEMPT_SECONDS = 5.0
FIRST_WAIT, LONGEST_WAIT = 0.05, 0.5

if TYPE_CHECKING:
    from grader.collect.docker_host import DockerHost
    from grader.collect.engine_answer import Payload

TROUBLE = (OSError, HTTPException)

Answer = tuple[int, bytes, bool]
"""Status, beginning of the body, and whether that is the whole of it."""


def probe(need: HttpNeed, containers: Iterable[Payload], host: DockerHost) -> facts.HttpResponse:
    """The answer of the newest of ``containers`` that runs, on the ports of ``host``.

    Asked again until ``need.deadline`` while nothing answers; once, where it is 0. Redirects are
    answers.

    Raises:
        AbsentError: none runs, the port is not published, or nothing answered in time.
        UnavailableError: nothing answered, and it is not certain that the host is the right one.
    """
    running = [c for c in containers if c.get("State", {}).get("Running")]
    if not running:
        raise AbsentError(Reason.NOT_RUNNING, "no such container runs")
    for container in reversed(running):
        if address := published(container, need.port, host.name):
            try:
                return _ask_until(need, container, address)
            except AbsentError as error:
                if host.is_certain:
                    raise
                raise UnavailableError(error.reason, error.detail) from error
    raise AbsentError(Reason.NOT_PUBLISHED, f"port {need.port} is not published")


def published(container: Payload, port: int, machine: str) -> tuple[str, int] | None:
    """The address that leads to a container's port; None when there is none."""
    if container.get("HostConfig", {}).get("NetworkMode") == "host":
        return machine, port
    ports = container.get("NetworkSettings", {}).get("Ports") or {}
    bindings = [b for b in ports.get(f"{port}/tcp") or () if str(b.get("HostPort")).isdecimal()]
    bindings.sort(key=lambda binding: ":" in str(binding.get("HostIp")))  # IPv4 first
    for binding in bindings:
        return _reachable(str(binding.get("HostIp") or ""), machine), int(binding["HostPort"])
    return None


def _reachable(ip: str, machine: str) -> str:
    if ip == "::":
        return "::1" if machine == "127.0.0.1" else machine
    return machine if ip in {"", "0.0.0.0"} else ip  # noqa: S104 # compared with, not bound to


def _ask_until(need: HttpNeed, container: Payload, address: tuple[str, int]) -> facts.HttpResponse:
    host, port = address
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{need.path}"
    deadline = time.monotonic() + need.deadline
    try:
        (status, body, complete), attempts = _get(host, port, need.path), 1
    except TROUBLE as error:
        left = deadline - time.monotonic()
        if left <= 0:
            raise AbsentError(Reason.NO_ANSWER, f"{url}: {error or 'no answer'}") from error
        (status, body, complete), attempts = _ask_again((host, port, need.path), left, url)
    return facts.HttpResponse(
        container_id=str(container.get("Id")),
        url=url,
        status=status,
        body=redact.beginning(
            body, KEPT_BYTES, redact.secrets(shapes.environment(container)), cut=not complete
        ),
        complete=complete,
        attempts=attempts,
    )


def _ask_again(target: tuple[str, int, str], seconds: float, url: str) -> tuple[Answer, int]:
    """Ask until an answer comes or the seconds are over; with it, how often was asked in all."""
    from tenacity import RetryError, Retrying, retry_if_exception_type
    from tenacity.stop import stop_before_delay
    from tenacity.wait import wait_exponential

    attempts = Retrying(
        retry=retry_if_exception_type(TROUBLE),
        stop=stop_before_delay(seconds),
        wait=wait_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT),
    )
    try:
        answer = attempts(_get, *target)
    except RetryError as error:
        last = error.last_attempt.exception()
        raise AbsentError(Reason.NO_ANSWER, f"{url}: {last or 'no answer'}") from error
    return answer, 1 + int(attempts.statistics["attempt_number"])


def _get(host: str, port: int, path: str) -> Answer:
    """Status, beginning of the body, and whether that is the whole of it.

    Takes at most `ATTEMPT_SECONDS`, also when the server sends a byte now and then for ever.
    Proxies of the environment are not used.
    """
    connection = HTTPConnection(host, port, timeout=ATTEMPT_SECONDS)
    try:
        connection.connect()
        sock = connection.sock  # the connection forgets it when the answer's length is not told
        with cut_after(ATTEMPT_SECONDS, lambda: sock.shutdown(socket.SHUT_RDWR)) as out_of_time:
            connection.request("GET", path, headers={"User-Agent": "grade-lab"})
            response = connection.getresponse()
            if out_of_time.is_set():
                raise TimeoutError("the headers did not end in time")
            body, ended = _body(response)
            complete = ended and not out_of_time.is_set() and len(body) <= KEPT_BYTES
            return response.status, body, complete
    finally:
        connection.close()


def _body(response: HTTPResponse) -> tuple[bytes, bool]:
    body = bytearray()
    try:
        while len(body) < READ_BYTES:
            piece = response.read1(READ_BYTES - len(body))
            if not piece:
                return bytes(body), True
            body += piece
    except (OSError, HTTPException):
        pass  # the status and the beginning of the body are an answer
    return bytes(body), False
