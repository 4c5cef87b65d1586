"""What reproducing writes to the engine: the requests of the Docker Engine API, and no more.

Everything that can last is bounded in time, and is cut off when `interrupt` is called.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Lock, Timer
from typing import IO, Any
from urllib.parse import quote

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.client import Client, Payload
from grader.collect.distribution import Credentials
from grader.collect.endpoint import Endpoint
from grader.collect.engine_answer import message_of, refusal
from grader.facts import Reason
from grader.reference import DOCKER_HUB

CONNECT_SECONDS = 5.0
SECONDS = 60.0
"""For an engine that is busy with the containers of others."""
MAX_MESSAGE_BYTES = 256 * 1024
HUB_AUTH = "https://index.docker.io/v1/"


class Engine(Client):
    """An engine to run images in. Methods raise `AbsentError` and `UnavailableError`."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._interrupted = Event()
        self._streams: set[Any] = set()
        self._noting = Lock()

    def images(self) -> list[Payload]:
        """All images in short form, also those between."""
        return self._json_list("images", "json", all=1)

    def labelled(self, kind: str, label: str) -> list[Payload]:
        """``containers`` or ``networks`` that carry a label, running or not."""
        path = ("containers", "json") if kind == "containers" else ("networks",)
        return self._json_list(*path, all=1, filters=json.dumps({"label": [label]}))

    def pull(
        self, name: str, digest: str, credentials: Credentials | None, registry: str, seconds: float
    ) -> Iterator[Payload]:
        """Pull ``name@digest``; yields what the engine tells meanwhile."""
        headers = {}
        if credentials:
            login = {
                "username": credentials.username,
                "password": credentials.password,
                "serveraddress": HUB_AUTH if registry == DOCKER_HUB else registry,
            }
            headers["X-Registry-Auth"] = base64.urlsafe_b64encode(
                json.dumps(login).encode()
            ).decode()
        parameters = {"fromImage": name, "tag": digest}
        return self._told("images/create", parameters, headers, None, seconds)

    def build(
        self, context: IO[bytes], parameters: Mapping[str, str | int], seconds: float
    ) -> Iterator[Payload]:
        """Build from a tar archive; yields what the builder tells."""
        headers = {"Content-Type": "application/x-tar"}
        return self._told("build", parameters, headers, context, seconds)

    def create(self, body: Mapping[str, Any]) -> Payload:
        """Create a container."""
        return self._send("POST", "containers", "create", body=body)

    def start(self, container: str) -> None:
        """Start a container."""
        self._send("POST", "containers", container, "start")

    def stop(self, container: str, seconds: int) -> None:
        """Ask a container to end, and kill it after some seconds."""
        self._send("POST", "containers", container, "stop", t=seconds)

    def kill(self, container: str) -> None:
        """End a container at once."""
        self._send("POST", "containers", container, "kill")

    def remove(self, container: str) -> None:
        """Kill and remove a container, with its anonymous volumes; one that is gone is no error."""
        with suppress(AbsentError):
            self._send("DELETE", "containers", container, force=1, v=1)

    def written(self, container: str) -> int:
        """How many bytes a container has written to its file system."""
        return int(self._send("GET", "containers", container, "json", size=1).get("SizeRw") or 0)

    def processes(self, container: str) -> int:
        """How many processes and threads a container has."""
        told = self._send("GET", "containers", container, "stats", stream=0)
        return int((told.get("pids_stats") or {}).get("current") or 0)

    def create_network(self, body: Mapping[str, Any]) -> str:
        """Create a network and return its id."""
        return str(self._send("POST", "networks", "create", body=body).get("Id"))

    def remove_network(self, network: str) -> None:
        """Remove a network; one that is gone is no error."""
        with suppress(AbsentError):
            self._send("DELETE", "networks", network)

    def remove_image(self, image: str) -> None:
        """Remove a reference, or an image by its id; one that is gone is no error."""
        with suppress(AbsentError):
            self._send("DELETE", "images", image)

    def interrupt(self) -> None:
        """Cut off what is under way, and let no more streams begin."""
        self._interrupted.set()
        with self._noting:
            for response in self._streams:
                _shut(response)

    def _send(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        **parameters: str | int,
    ) -> Payload:
        answer = self._answer(method, path, body, parameters)
        return answer if isinstance(answer, dict) else {}

    def _json_list(self, *path: str, **parameters: str | int) -> list[Payload]:
        answer = self._answer("GET", path, None, parameters)
        return answer if isinstance(answer, list) else []

    def _answer(
        self,
        method: str,
        path: tuple[str, ...],
        body: Mapping[str, Any] | None,
        parameters: Mapping[str, str | int],
    ) -> Any:
        api = self._connected()
        with self._translated():
            response = api.request(
                method,
                self._url(*path),
                params=parameters,
                json=body,
                timeout=(CONNECT_SECONDS, SECONDS),
            )
            if response.status_code >= 400:
                raise refusal(response.status_code, message_of(response.content))
            return response.json() if response.content else {}

    def _url(self, *path: str) -> str:
        api = self._connected()
        parts = (quote(part, safe=":@/") for part in path if part)
        return "/".join([api.base_url, f"v{api.api_version}", *parts])

    def _told(
        self,
        path: str,
        parameters: Mapping[str, str | int],
        headers: Mapping[str, str],
        data: IO[bytes] | None,
        seconds: float,
    ) -> Iterator[Payload]:
        """The JSON messages of a POST, which ends after ``seconds`` at the latest."""
        api = self._connected()
        with self._translated():
            response = api.post(
                self._url(path),
                params=parameters,
                headers=headers,
                data=data,
                stream=True,
                timeout=(CONNECT_SECONDS, seconds),
            )
        with self._cut_after(seconds, response) as cut:
            if response.status_code >= 400:
                raise refusal(response.status_code, self._words(response))
            try:
                yield from _messages(self._pieces(response, seconds))
            except NoAnswerError as error:
                if cut.is_set():
                    raise UnavailableError(Reason.TIMEOUT, "it took too long") from error
                raise
            if cut.is_set():
                raise UnavailableError(Reason.TIMEOUT, "it took too long")

    @contextmanager
    def _cut_after(self, seconds: float, response: Any) -> Iterator[Event]:
        cut = Event()

        def end() -> None:
            cut.set()
            _shut(response)

        timer = Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            with self._noting:
                self._streams.add(response)
            if self._interrupted.is_set():
                raise UnavailableError(Reason.TIMEOUT, "interrupted")
            yield cut
        finally:
            timer.cancel()
            with self._noting:
                self._streams.discard(response)
            response.close()


def _messages(pieces: Iterator[bytes]) -> Iterator[Payload]:
    """JSON objects that stand one after another."""
    decoder = json.JSONDecoder()
    text = ""
    for piece in pieces:
        text += piece.decode("utf-8", "replace")
        while text := text.lstrip():
            try:
                value, end = decoder.raw_decode(text)
            except ValueError:
                if len(text) > MAX_MESSAGE_BYTES:
                    raise UnavailableError(Reason.ENGINE_ERROR, "an endless message") from None
                break
            text = text[end:]
            if isinstance(value, dict):
                yield value


def _shut(response: Any) -> None:
    """Shut a connection down, so that whoever reads from it goes on."""
    with suppress(OSError, AttributeError):
        response.raw.connection.sock.shutdown(socket.SHUT_RDWR)
