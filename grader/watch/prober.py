"""Asking an app over HTTP from its start on until it answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event, Thread

from grader.collect import http, observe
from grader.collect.answer import NoAnswerError
from grader.collect.client import Client
from grader.collect.docker_host import DockerHost
from grader.collect.engine_answer import Payload
from grader.facts import Reason
from grader.journal import Observation
from grader.needs import HttpNeed

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 15.0
BOUND_SECONDS = 1.0
"""By then, after the start, the container's ports are bound on every engine."""


class Prober:
    """Asks what HTTP needs ask of one container, by a thread, until all is answered or it ends.

    An answer that tells of a server's own trouble (5xx) may be that of an app which still starts:
    it is told, and asked again. So is once, after the need's deadline, that nothing answers.
    """

    def __init__(
        self,
        client: Client,
        container: str,
        needs: Iterable[HttpNeed],
        host: DockerHost,
        tell: Callable[[Observation], None],
    ) -> None:
        self._client = client
        self._container = container
        self._waiting = list(needs)
        self._host = host
        self._tell = tell
        self._over = Event()
        self._silent: set[HttpNeed] = set()
        Thread(target=self._ask, daemon=True, name=f"http of {container[:12]}").start()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()

    def _ask(self) -> None:
        began = time.monotonic()
        pause = 0.0
        while self._waiting and not self._over.wait(pause):
            try:
                container = self._client.container(self._container)
            except NoAnswerError:
                return
            for need in tuple(self._waiting):
                self._ask_once(need, container, time.monotonic() - began)
            pause = min(max(1.5 * pause, FIRST_PAUSE), LONGEST_PAUSE)

    def _ask_once(self, need: HttpNeed, container: Payload, elapsed: float) -> None:
        try:
            answer = http.probe(replace(need, deadline=0), [container], self._host)
        except Exception as error:  # whatever it is, it costs this one need
            self._unanswered(need, error, elapsed)
            return
        if self._over.is_set() and answer.status >= 500:
            return
        self._tell(observe.found(need, "http", answer))
        if answer.status < 500:
            self._waiting.remove(need)

    def _unanswered(self, need: HttpNeed, error: Exception, elapsed: float) -> None:
        known = error.reason if isinstance(error, NoAnswerError) else None
        perhaps_later = known is Reason.NO_ANSWER or (known and elapsed < BOUND_SECONDS)
        if not perhaps_later:
            self._waiting.remove(need)
        if known is Reason.NOT_RUNNING or self._over.is_set():
            return
        if not perhaps_later or (elapsed >= need.deadline and need not in self._silent):
            self._silent.add(need)
            self._tell(observe.unanswered(need, "http", error))
