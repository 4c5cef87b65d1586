"""What one connection to the engine says, as far as method, path and status.

Requests are framed by llhttp, so that a body is never taken for a request. Of answers only the
first bytes are looked at. In doubt nothing is told, and never again on that connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Lock

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from grader.facts import Call
from grader.relay.wanted import MAX_TARGET, is_by_the_way, path_of

MAX_HEAD_BYTES = 1024 * 1024
"""What Go's server reads of a request's head at most (net/http, DefaultMaxHeaderBytes)."""

MAX_AGENT = 64
"""What is read of who asks."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[ \r]")
_STATUS_BYTES = len(b"HTTP/1.1 200 ")


class Conversation:
    """Follows the bytes of a connection in both directions, each told before it is passed on.

    ``on_call`` takes each call once its answer begins; it is called from the answers' thread.
    """

    def __init__(self, on_call: Callable[[Call], None]) -> None:
        self._on_call = on_call
        self._requests: HttpRequestParser | None = HttpRequestParser(self)
        self._target = self._agent = b""
        self._message_bytes = 0
        self._asked: tuple[str, str] | None = None
        self._answer = b""
        self._turn = Lock()  # requests and answers come from a thread each

    def sent(self, data: memoryview) -> None:
        """Bytes of the docker command, before the engine has them."""
        if self._requests is None:
            return
        self._message_bytes += len(data)
        try:
            self._requests.feed_data(data)
        except (HttpParserUpgrade, HttpParserError):
            self._requests = None  # from here on it is another protocol, or none that we know
        if self._target and self._message_bytes > MAX_HEAD_BYTES:
            self._requests = None

    def received(self, data: memoryview) -> None:
        """Bytes of the engine, before the docker command has them."""
        if self._asked is None:
            return
        with self._turn:
            self._answer += data[: _STATUS_BYTES - len(self._answer)]
            if self._asked is None or len(self._answer) < _STATUS_BYTES:
                return
            (method, path), self._asked = self._asked, None
            status = _STATUS.match(self._answer)
        if status is None:
            self._requests = None
        elif int(status[1]) >= 200:  # an interim answer says nothing of the call
            self._on_call(Call(method=method, path=path, status=int(status[1])))

    def on_url(self, part: bytes) -> None:
        """A part of a request's target (called by the parser)."""
        self._target += part[: MAX_TARGET + 1]

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of a request (called by the parser)."""
        if name.lower() == b"user-agent":
            self._agent = value[:MAX_AGENT]

    def on_headers_complete(self) -> None:
        """A request's head is whole (called by the parser)."""
        if self._requests is None:
            return
        method, path = self._requests.get_method().decode("ascii"), path_of(self._target)
        if is_by_the_way(self._agent, self._target):
            path = ""
        self._target = self._agent = b""
        with self._turn:
            if self._asked is not None:  # pipelined: whose answer comes next?
                self._requests = self._asked = None
                return
            self._asked, self._answer = (method, path), b""

    def on_message_complete(self) -> None:
        """A request is whole (called by the parser)."""
        self._message_bytes = 0
