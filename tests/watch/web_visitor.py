"""Somebody who looks at the live page: what they ask, and what they are sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from grader.watch.web import WebView

PATIENCE = 20.0


def ask(
    view: WebView, path: str = "", method: str = "GET", host: str | None = None
) -> HTTPResponse:
    """The answer to a request; ``path`` is within the page's own unless it begins with a slash."""
    url = urlsplit(view.url)
    connection = HTTPConnection("127.0.0.1", url.port or 0, timeout=PATIENCE)
    path = path if path.startswith("/") else url.path + path
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or url.netloc)
    connection.endheaders()
    return connection.getresponse()


@contextmanager
def stream(view: WebView) -> Iterator[Iterator[tuple[int, Any]]]:
    """An open page: the states that it is sent, each with its number."""
    with closing(ask(view, "events")) as response:
        assert response.status == 200
        yield states(response)


def states(response: HTTPResponse) -> Iterator[tuple[int, Any]]:
    number = 0
    for line in iter(response.readline, b""):
        field, _, value = line.decode().strip().partition(": ")
        if field == "id":
            number = int(value)
        elif field == "data":
            yield number, json.loads(value)


def everything(raw: socket.socket) -> bytes:
    """All that the server sends; a connection that it resets counts as closed."""
    received = b""
    try:
        while more := raw.recv(65536):
            received += more
    except ConnectionResetError:
        pass
    return received
