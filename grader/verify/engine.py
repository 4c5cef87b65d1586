"""What reproducing writes to the engine: the requests of the Docker Engine API, and no more.

Everything that can last is bounded in time, and is cut off when `interrupt` is called.
"""

from __future__ import annotations

import base64
import codecs
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Lock
from typing import IO, Any
from urllib.parse import quote

from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.client import Client
from grader.collect.distribution import Credentials
from grader.collect.endpoint import Endpoint
from grader.collect.engine_answer import Payload, message_of, refusal, shut
from grader.collect.waiting import cut_after, within
from grader.facts import Reason
from grader.reference import DOCKER_HUB

CONNECT_SECONDS = 5.0
SECONDS, ENDING_SECONDS = 60.0, 10.0
"""For an engine that is busy with the containers of others; and once the run is to end."""
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

    def create(self, name: str, body: Mapping[str, Any]) -> Payload:
        """Create a container."""
        return self._send("POST", "containers", "create", body=body, name=name)

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
        """Cut off what is under way, and let no more streams begin; what is ours can be removed."""
        self._interrupted.set()
        self._failure, self._unanswered = None, 0  # it may be back
        with self._noting:
            for response in self._streams:
                shut(response)

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
        api, url = self._connected(), self._url(*path)
        seconds = ENDING_SECONDS if self._interrupted.is_set() else SECONDS

        def ask() -> Any:
            timeout = (CONNECT_SECONDS, seconds)
            return api.request(method, url, params=parameters, json=body, timeout=timeout)

        with self._translated():
            response = self._answered(seconds, ask)
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
        api, url = self._connected(), self._url(path)
        deadline = time.monotonic() + seconds

        def post() -> Any:
            timeout = (CONNECT_SECONDS, seconds)
            return api.post(
                url, params=parameters, headers=headers, data=data, stream=True, timeout=timeout
            )

        with self._translated():
            response = within(seconds, post, self._interrupted)
        with self._cut_after(deadline - time.monotonic(), response) as over:
            if response.status_code >= 400:
                raise refusal(response.status_code, self._words(response))
            yield from _messages(self._pieces(response, over))

    @contextmanager
    def _cut_after(self, seconds: float, response: Any) -> Iterator[Event]:
        try:
            with self._noting:
                self._streams.add(response)
            if self._interrupted.is_set():
                raise UnavailableError(Reason.TIMEOUT, "interrupted")
            with cut_after(max(seconds, 0), lambda: shut(response)) as over:
                yield over
        finally:
            with self._noting:
                self._streams.discard(response)
            response.close()


def _messages(pieces: Iterator[bytes]) -> Iterator[Payload]:
    """JSON objects that stand one after another."""
    decoder = json.JSONDecoder()
    characters = codecs.getincrementaldecoder("utf-8")("replace")  # pieces may end within one
    text = ""
    for piece in pieces:
        text += characters.decode(piece)
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
