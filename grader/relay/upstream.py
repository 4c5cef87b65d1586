"""Connections to the engine that the docker command would use without the relay."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from grader.collect.endpoint import Endpoint, tried

CONNECT_SECONDS = 10.0
PORT = 2375
"""Docker's own for TCP without TLS (IANA)."""


@contextmanager
def connected(endpoint: Endpoint, env: Mapping[str, str]) -> Iterator[socket.socket]:
    """A connection to the first of the endpoint's addresses that answers; ``env`` leads the docker
    command there, too.

    Raises:
        OSError: none does.
    """
    if _is_plain(endpoint):
        with _plain(endpoint.hosts) as engine:
            yield engine
    else:
        with _through_docker(env) as engine:
            yield engine


def _is_plain(endpoint: Endpoint) -> bool:
    tls = endpoint.certificates is not None
    return all(
        host.startswith("unix://") or (host.startswith("tcp://") and not tls)
        for host in endpoint.hosts
    )


def _plain(hosts: tuple[str, ...]) -> socket.socket:
    failures: dict[str, str] = {}
    for host in hosts:
        try:
            return _unix(host) if host.startswith("unix://") else _tcp(host)
        except OSError as error:
            failures[host] = error.strerror or str(error)
    raise OSError(tried(failures))


def _unix(host: str) -> socket.socket:
    engine = socket.socket(socket.AF_UNIX)
    try:
        engine.connect(host.removeprefix("unix://"))
    except BaseException:
        engine.close()
        raise
    return engine


def _tcp(host: str) -> socket.socket:
    try:
        address = urlsplit(host)
        name, port = address.hostname or "127.0.0.1", address.port or PORT
    except ValueError as error:
        raise OSError(f"{host} is no address") from error
    engine = socket.create_connection((name, port), CONNECT_SECONDS)
    engine.settimeout(None)
    engine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    engine.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return engine


@contextmanager
def _through_docker(env: Mapping[str, str]) -> Iterator[socket.socket]:
    """TLS and SSH as the docker command itself speaks them, with its own keys and rules.

    Python's TLS sockets may not be read and written by two threads at once, and cannot close one
    direction; the command can, and is what the engine's SSH connections run through anyway.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(
                ["docker", "system", "dial-stdio"],  # noqa: S607 # whichever the learner uses
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env=env,
                start_new_session=True,  # the terminal's Ctrl-C is not for it
            )
        try:
            yield ours
        finally:
            ours.close()
            process.kill()
            process.wait()
