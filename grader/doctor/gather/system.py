"""The operating system: proxies, disks and ports."""

from __future__ import annotations

import errno
import shutil
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from grader.doctor.machine import Disk, Port, Proxies

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_SPARED = {"localhost", ".localhost", "127.0.0.1", "*"}


def proxies(env: Mapping[str, str]) -> Proxies:
    """The proxy variables by name; their values may hold a password and are left where they are."""
    names = tuple(name for upper in _PROXIES for name in (upper, upper.lower()) if env.get(name))
    spared = f"{env.get('NO_PROXY', '')},{env.get('no_proxy', '')}".split(",")
    return Proxies(names=names, spares_localhost=bool(_SPARED & {host.strip() for host in spared}))


def disk(role: Literal["engine", "submission"], path: str) -> Disk:
    """The file system on which ``path`` is, or will be."""
    for place in (Path(path), *Path(path).parents):
        with suppress(OSError):  # not there yet, or closed to this user
            return Disk(role=role, path=path, free=shutil.disk_usage(place).free)
    return Disk(role=role, path=path)


def port(wanted: Port) -> Port:
    """Whether a port can be taken: it is, on every address, and given back at once."""
    for address in ("0.0.0.0", "127.0.0.1"):  # noqa: S104 # as `docker run -p` publishes
        with socket.socket() as tried:
            if sys.platform != "win32":
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((address, wanted.number))
            except OSError as error:
                if error.errno in {errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", 0)}:
                    return _held(replace(wanted, taken=True))
                if error.errno in {errno.EACCES, errno.EPERM}:
                    return replace(wanted, denied=True)
    return wanted


def _held(port: Port) -> Port:
    """The process that listens there, as far as this user may know it."""
    import psutil

    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr
            if listens and connection.laddr.port == port.number and connection.pid:
                name = psutil.Process(connection.pid).name()
                return replace(port, holder=name, pid=connection.pid)
    return port
