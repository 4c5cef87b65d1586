"""Networks for sandboxes: one for each container at a time, so that none meets another."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from grader.collect.answer import NoAnswerError, UnavailableError
from grader.facts import Reason
from grader.verify import limits
from grader.verify.engine import Engine
from grader.verify.ownership import Ownership

TRIES = 5


class Networks:
    """Made when they are needed, used again by one container after another."""

    def __init__(self, engine: Engine, ownership: Ownership) -> None:
        self._engine = engine
        self._ownership = ownership
        self._free: dict[bool, list[str]] = {True: [], False: []}
        self._making = Lock()  # two at a time would take the same addresses

    @contextmanager
    def network(self, *, open_: bool) -> Iterator[str]:
        """A network's id; ``open_`` is one that leads out. Raises NoAnswerError."""
        with self._making:
            free = self._free[open_]
            network = free.pop() if free else (self._open() if open_ else self._closed())
        try:
            yield network
        finally:
            with self._making:
                self._free[open_].append(network)

    def _open(self) -> str:
        return self._engine.create_network(
            limits.open_network(self._ownership.name(), self._ownership.labels)
        )

    def _closed(self) -> str:
        """The engine chooses the addresses: it knows which ones are taken."""
        for _ in range(TRIES):
            draft = self._open()
            try:
                config = (self._engine.network(draft).get("IPAM") or {}).get("Config") or [{}]
                subnet = ipaddress.ip_network(str(config[0].get("Subnet")))
            finally:
                self._engine.remove_network(draft)
            if subnet.num_addresses < 8:
                raise UnavailableError(Reason.ENGINE_ERROR, f"a network as small as {subnet}")
            body = limits.closed_network(
                self._ownership.name(),
                self._ownership.labels,
                subnet=str(subnet),
                host=str(subnet[1]),
                nowhere=str(subnet[-2]),
            )
            try:
                return self._engine.create_network(body)
            except NoAnswerError as error:  # somebody else took the addresses meanwhile
                trouble = error
        raise trouble
