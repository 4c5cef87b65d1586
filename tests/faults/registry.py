"""A registry, or any other server, that breaks in one way."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from tests.faults.engine import Fault, accept


@contextmanager
def broken_registry(fault: Fault, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Its address; each request is answered by the fault."""
    over = Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            wrapped = context.wrap_socket(connection, server_side=True) if context else connection
            with wrapped:
                wrapped.settimeout(30)
                wrapped.recv(65536)  # a request, or what begins another protocol
                fault(wrapped, b"{}", over)

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=accept, args=(server, serve), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
