"""Find a port that nobody listens on."""

import socket
from contextlib import suppress

from .errors import LabUnavailableError


def free_port(usual: int, host: str = "127.0.0.1") -> int:
    """The usual port when it is free on this address, else another one."""
    for port in (usual, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    raise LabUnavailableError(f"There is no free port on {host}. End some servers on this machine.")
