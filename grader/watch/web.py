"""The live checklist as a page on this computer, for nobody but who has its address.

A learner's browser also shows the pages of others, and other people may use the same computer. So:
loopback only, a secret in the address, and no answer to a name that is not our own (a foreign
site can make its name lead to 127.0.0.1, and its page would then be of our origin).
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Condition, Lock, Thread
from types import TracebackType
from typing import Any

from grader import language
from grader.errors import GradeLabError
from grader.messages import msg
from grader.report import live_page
from grader.report.checklist import Checklist
from grader.system_error import reason_of

MAX_PAGES = 16
"""Pages that are kept up to date at once."""

MAX_CONNECTIONS = 32
REQUEST_SECONDS = 10.0
"""For a whole request, and for each time that something is sent."""

KEEP_ALIVE_SECONDS = 15.0
"""After so long without news a page is sent a comment: one that is gone is noticed by it."""

RETRY_MILLISECONDS = 2000
"""How soon a page whose stream ended asks for a new one."""

News = tuple[int, str]
"""A state's number, and the state."""


class WebView:
    """Serves the page, on a port that the system chooses; a context manager.

    Raises:
        GradeLabError: the system lets nothing be served.
    """

    def __init__(self) -> None:
        self._latest = _Latest()
        try:
            self._server = _Server(self._latest)
        except OSError as error:
            raise GradeLabError(
                msg("the page cannot be served: {reason}", reason=reason_of(error)),
                msg("the terminal shows the same: leave out `--web` and `--open`"),
            ) from error

    def __enter__(self) -> WebView:
        Thread(target=self._server.serve_forever, name="web", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._latest.end()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address to open; whoever knows it can see the page, on this computer only."""
        return self._server.url

    def tick(self) -> None:
        """Nothing to do: pages change when there is news."""

    def update(self, checklist: Checklist) -> None:
        """Show ``checklist`` on every open page, and on those opened later. Never waits for one."""
        self._latest.tell(checklist)


class _Latest:
    """The newest state. Whoever is slow misses those between, so nothing ever queues up."""

    def __init__(self) -> None:
        self.lang = language.preferred()
        self.ended = False
        self._news: News = (0, "")
        self._changed = Condition()

    def tell(self, checklist: Checklist) -> None:
        state = live_page.state(checklist)
        with self._changed:
            number, before = self._news
            if state != before:
                self.lang = checklist.lang
                self._news = (number + 1, state)
                self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def after(self, seen: int, seconds: float) -> News | None:
        """The state, once it is another than number ``seen``; None at the end or after so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._news[0] != seen, seconds)
            return None if self.ended or self._news[0] == seen else self._news


class _Server(ThreadingHTTPServer):
    """A thread for each connection: there are few, and most of them only wait."""

    daemon_threads = True
    block_on_close = False
    # Elsewhere it lets a second program take the same port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, latest: _Latest) -> None:
        self.token = secrets.token_urlsafe(16)
        self.latest = latest
        self.pages = 0
        self._lock = Lock()
        self._deadlines: dict[Any, float] = {}
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hosts = {f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"}
        self.url = f"http://127.0.0.1:{self.server_port}/{self.token}/"

    def server_bind(self) -> None:
        # That of HTTPServer asks the network for this computer's name, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 # as called
        with self._lock:
            if len(self._deadlines) >= MAX_CONNECTIONS:
                return False
            self._deadlines[request] = time.monotonic() + REQUEST_SECONDS
            return True

    def service_actions(self) -> None:
        """Cut off, twice a second, those whose request takes too long."""
        now = time.monotonic()
        with self._lock:
            late = [request for request, deadline in self._deadlines.items() if deadline < now]
        for request in late:
            _cut(request)

    def heard(self, request: Any) -> None:
        """The request is complete; from here on each answer has its own limit of time."""
        with self._lock:
            self._deadlines[request] = float("inf")

    def take_page(self) -> bool:
        """Whether one more page can be kept up to date; it is counted until `drop_page`."""
        with self._lock:
            free = self.pages < MAX_PAGES
            self.pages += free
            return free

    def drop_page(self) -> None:
        with self._lock:
            self.pages -= 1

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._deadlines.pop(request, None)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            connected = list(self._deadlines)
        for request in connected:
            _cut(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # else: the page was closed
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_SECONDS

    def do_GET(self) -> None:
        self.server.heard(self.connection)
        token, *name = self.path.removeprefix("/").split("/")
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            self._answer(421)
        elif not secrets.compare_digest(token.encode(), self.server.token.encode()):
            self._answer(404)
        elif name in ([], [""]):
            self._answer(200, {"Content-Type": "text/html; charset=utf-8"}, self._page.html)
        elif name == ["events"]:
            self._stream()
        else:
            self._answer(404)

    def do_HEAD(self) -> None:
        self.do_GET()

    @property
    def _page(self) -> live_page.Page:
        return live_page.page(self.server.latest.lang)

    def _stream(self) -> None:
        if not self.server.take_page():
            self._answer(503)
            return
        try:
            self._begin(200, {"Content-Type": "text/event-stream"})
            if self.command == "GET":
                self._follow()
        finally:
            self.server.drop_page()

    def _follow(self) -> None:
        latest, seen = self.server.latest, 0
        self._send(f"retry: {RETRY_MILLISECONDS}\n\n")
        while not latest.ended:
            news = latest.after(seen, KEEP_ALIVE_SECONDS)
            if news:
                seen, state = news
                self._send(f"id: {seen}\ndata: {state}\n\n")
            else:
                self._send(":\n\n")

    def _send(self, text: str) -> None:
        self.wfile.write(text.encode())

    def _answer(self, status: int, more: Mapping[str, str] = {}, body: bytes = b"") -> None:
        content = body or self.responses[status][0].encode()
        self._begin(status, {**more, "Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _begin(self, status: int, more: Mapping[str, str]) -> None:
        headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Security-Policy": self._page.policy,
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
            **more,
        }
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, *_: Any, **__: Any) -> None:
        """Of the base class: the request is malformed, too large, or of another method."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._answer(405, {"Allow": "GET, HEAD"})
        else:
            self._answer(code)

    def version_string(self) -> str:
        return "grade-lab"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class's name
        """Nothing: the terminal belongs to the checklist, and the address is a secret."""


def _cut(request: Any) -> None:
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)
