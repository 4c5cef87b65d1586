"""A registry, or any other server, that breaks in one way."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from tests.faults.engine import Fault


@contextmanager
def broken_registry(fault: Fault, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Its address; each request is answered by the fault."""
    over = Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            wrapped = context.wrap_socket(connection, server_side=True) if context else connection
            with wrapped:
                wrapped.settimeout(30)
                wrapped.recv(65536)
                fault(wrapped, b"{}", over)

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        over.set()
        server.shutdown(socket.SHUT_RDWR)
