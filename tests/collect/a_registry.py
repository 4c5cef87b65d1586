"""A registry on this computer, that answers what a test wants it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from grader.collect.answer import NoAnswerError
from grader.collect.client import Client
from grader.collect.distribution import digest_of
from grader.collect.endpoint import resolve
from grader.collect.registry_config import image_of
from grader.facts import RegistryImage

INDEX = "application/vnd.oci.image.index.v1+json"


Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Content:
    """An image's content in a registry: configuration and manifest, perhaps under an index."""

    config: dict[str, Any]
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)

    def manifest(self, **change: Any) -> str:
        config = self._keep(self.blobs, self.config)
        return self._keep(self.manifests, {"config": {"digest": config}, **change})

    def index(self, *entries: dict[str, Any]) -> str:
        return self._keep(self.manifests, {"mediaType": INDEX, "manifests": list(entries)})

    def _keep(self, where: dict[str, bytes], value: object) -> str:
        data = json.dumps(value).encode()
        where[digest_of(data)] = data
        return digest_of(data)


@dataclass
class Registry:
    """A server; ``answer`` takes the path, the query and the headers."""

    address: str
    asked: list[tuple[str, Mapping[str, str]]]

    @property
    def image(self) -> str:
        return f"{self.address}/me/app:1"

    def look(self) -> RegistryImage:
        return image_of(no_engine(), self.image)

    def trouble(self) -> NoAnswerError:
        with pytest.raises(NoAnswerError) as caught:
            self.look()
        return caught.value


@contextmanager
def serving(answer: Callable[[str, Mapping[str, str]], Reply]) -> Iterator[Registry]:
    asked: list[tuple[str, Mapping[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            status, headers, body = answer(self.path, self.headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_CONNECT = do_GET  # noqa: N815 # what a proxy is asked for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield Registry(f"127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    server.server_close()


def no_engine() -> Client:
    return Client(resolve({"DOCKER_HOST": "unix:///nowhere/docker.sock"}, "linux"))


def of(content: Content, tagged: str) -> Callable[[str, Mapping[str, str]], Reply]:
    def answer(path: str, _: Mapping[str, str]) -> Reply:
        kind, name = path.removeprefix("/v2/me/app/").split("/", 1)
        known = content.manifests if kind == "manifests" else content.blobs
        body = known.get(tagged if name == "1" else name)
        return (200, {}, body) if body is not None else absent()

    return answer


def absent() -> Reply:
    return 404, {}, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'


def always(*reply: Any) -> Callable[[str, Mapping[str, str]], Reply]:
    return lambda *_: reply


def an_image(arch: str = "amd64", label: str = "mine") -> Content:
    labels = {"grade-lab.challenge": label, "number": 5}
    return Content(
        {"os": "linux", "architecture": arch, "created": "x", "config": {"Labels": labels}}
    )
