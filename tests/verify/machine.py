"""In the place of an engine: one in which images run and are made as a test says, and no request
is sent. What verifying did to it is noted in its order.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from typing import Any, cast

from grader.collect.answer import AbsentError, NoAnswerError
from grader.facts import Reason
from grader.verify.engine import Engine
from grader.verify.ownership import Ownership

Payload = Mapping[str, Any]


class Machine:
    """A sound engine. ``refuse`` holds, by what is done, the errors of the next times."""

    def __init__(self) -> None:
        self.host = "unix:///run/engine.sock"
        self.told: Payload = {
            "ID": "one",
            "Name": socket.gethostname(),  # where tests run in a container, the engine does, too
            "MemoryLimit": True,
            "PidsLimit": True,
        }
        self.did: list[str] = []
        self.refuse: dict[str, list[NoAnswerError]] = {}
        self.things: dict[str, list[Payload]] = {"containers": [], "networks": []}
        self.images_here: dict[str, Payload] = {}
        self.layers: list[Payload] = []
        self.subnet = "172.30.0.0/16"
        self.state: dict[str, Any] = {"Running": True}
        self.ports: dict[str, int] = {}
        self.bytes_written, self.running_processes = 0, 1
        self.log: Callable[[], Iterator[bytes]] = self._until_it_ends
        self.ended = Event()

    def as_engine(self) -> Engine:
        return cast("Engine", self)

    def interrupt(self) -> None:
        self.ended.set()

    def close(self) -> None:
        pass

    def _act(self, method: str, what: str = "") -> None:
        self.did.append(f"{method} {what}".rstrip())
        if errors := self.refuse.get(self.did[-1]):
            raise errors.pop()

    def info(self) -> Payload:
        return self.told

    def version(self) -> Payload:
        return {"Version": "20.10.24", "ApiVersion": "1.41"}

    def history(self, _: str) -> list[Payload]:
        return [{"Id": "sha256:1"}]

    def images(self) -> list[Payload]:
        return [{"Id": name} for name in self.images_here]

    def image(self, name: str) -> Payload:
        if name not in self.images_here:
            raise AbsentError(Reason.NOT_THERE, f"No such image: {name}")
        return self.images_here[name]

    def pull(self, name: str, digest: str, *_: object) -> Iterator[Payload]:
        self._act("pull", name)
        yield from self.layers
        self.images_here[f"{name}@{digest}"] = {"Id": "sha256:1"}

    def build(self, *_: object) -> Iterator[Payload]:
        self._act("build")
        self.images_here["sha256:1"] = {"Id": "sha256:1"}
        yield {"aux": {"ID": "sha256:1"}}

    def remove_image(self, image: str) -> None:
        self._act("remove_image", image)
        self.images_here.pop(image, None)

    def labelled(self, kind: str, label: str) -> list[Payload]:
        self._act("labelled", kind)
        name, _, value = label.partition("=")
        return [thing for thing in self.things[kind] if thing["Labels"].get(name) == value]

    def create_network(self, body: Payload) -> str:
        self._act("create_network", "closed" if "IPAM" in body else "open")
        return f"network-{len(self.did)}"

    def network(self, _: str) -> Payload:
        return {"IPAM": {"Config": [{"Subnet": self.subnet}]}}

    def remove_network(self, id_: str) -> None:
        self._act("remove_network")
        self._take_away("networks", id_)

    def create(self, _: str, __: Payload) -> Payload:
        self._act("create")
        return {"Id": "c1"}

    def start(self, _: str) -> None:
        self._act("start")

    def container(self, id_: str) -> Payload:
        ports = {
            f"{inside}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(outside)}]
            for inside, outside in self.ports.items()
        }
        return {"Id": id_, "Config": {}, "State": self.state, "NetworkSettings": {"Ports": ports}}

    @contextmanager
    def stream(self, *_: str, **__: object) -> Iterator[Iterator[bytes]]:
        yield self.log()

    def _until_it_ends(self) -> Iterator[bytes]:
        yield frame(b"ready\n")
        self.ended.wait()

    def stop(self, _: str, __: int) -> None:
        self._act("stop")
        self.ended.set()

    def kill(self, _: str) -> None:
        self._act("kill")
        self.ended.set()

    def remove(self, id_: str) -> None:
        self._act("remove")
        self.ended.set()
        self._take_away("containers", id_)

    def _take_away(self, kind: str, id_: str) -> None:
        self.things[kind] = [thing for thing in self.things[kind] if thing["Id"] != id_]

    def written(self, _: str) -> int:
        return self.bytes_written

    def processes(self, _: str) -> int:
        return self.running_processes


class Owned:
    """In the place of a run's ownership: all is its own, and nothing is kept on a disk."""

    run = "run"
    labels: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.noted: list[str] = []

    def as_ownership(self) -> Ownership:
        return cast("Ownership", self)

    def name(self) -> str:
        return "grade-lab-run-1"

    def note(self, image: str) -> None:
        self.noted.append(image)

    def note_new(self, image: str) -> bool:
        self.note(image)
        return True


def frame(data: bytes, stream: int = 1) -> bytes:
    """A piece of a log, as engines frame it."""
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data
