"""Registries, asked without an engine: few requests at a time, and none before one is welcome."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore, Event, Lock
from typing import TypeVar

from grader import facts
from grader.collect.distribution import Credentials, Distribution
from grader.collect.registry_answer import RateLimitedError
from grader.collect.registry_config import LOOK_SECONDS, held, in_time
from grader.reference import path_and_version, registry_of
from grader.verify.logins import Logins

AT_A_TIME = 4
"""Requests to one registry."""
PATIENCE_SECONDS = 60.0
"""What a registry may make us wait, in all, for one answer."""

SHORTEST_WAIT = 1.0

F = TypeVar("F", bound=facts.Fact)


class RegistryDesk:
    """Where all verifications of a run ask registries. Methods raise as `Registries.look`.

    A registry that wants no more requests gets none until the time that it tells; an answer that
    would have to wait longer than `PATIENCE_SECONDS` is *unavailable*. ``stopping`` ends waiting.
    """

    def __init__(self, logins: Logins, stopping: Event) -> None:
        self._logins = logins
        self._stopping = stopping
        self._places: defaultdict[str, BoundedSemaphore] = defaultdict(
            lambda: BoundedSemaphore(AT_A_TIME)
        )
        self._closed_until: dict[str, float] = {}
        self._deciding = Lock()

    def manifest(self, reference: str) -> facts.Manifest:
        """What is under a reference."""
        repository, version = path_and_version(reference)

        def look(credentials: Credentials | None) -> facts.Manifest:
            registry = Distribution(registry_of(reference), credentials)
            try:
                return registry.descriptor(repository, version)
            finally:
                registry.close()

        return self._ask(registry_of(reference), look)

    def image(self, reference: str, wanted: Mapping[str, str]) -> facts.RegistryImage:
        """The image under a reference, of several platforms the ``wanted`` one."""
        return self._ask(registry_of(reference), lambda login: held(reference, wanted, login))

    def _ask(self, registry: str, look: Callable[[Credentials | None], F]) -> F:
        credentials = self._logins.of(registry)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._wait(registry, deadline)
            try:
                with self._place(registry):
                    return in_time(LOOK_SECONDS, lambda: look(credentials))
            except RateLimitedError as error:
                if error.seconds is None:
                    raise
                wait = max(error.seconds, SHORTEST_WAIT)
                self._closed_until[registry] = time.monotonic() + wait

    def _wait(self, registry: str, deadline: float) -> None:
        until = self._closed_until.get(registry, 0.0)
        seconds = until - time.monotonic()
        if seconds <= 0:
            return
        if until > deadline or self._stopping.wait(seconds):
            raise RateLimitedError(f"Retry-After: {seconds:.0f}", seconds)

    @contextmanager
    def _place(self, registry: str) -> Iterator[None]:
        with self._deciding:
            place = self._places[registry]
        with place:
            yield
