"""Containers that run: their logs are followed and their apps asked, each by a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import RLock

from grader.collect import observe
from grader.collect.client import Client
from grader.collect.docker_host import DockerHost
from grader.collect.engine_answer import Payload
from grader.collect.followed_log import FollowedLog
from grader.journal import Observation
from grader.needs import HttpNeed, LogsNeed
from grader.watch.prober import Prober

MAX_LIVES = 24
"""Containers that are followed at a time; of others the log is read when they end."""

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 60.0
"""Seconds between two recordings of a log that goes on: they double from the first to the last."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An inspected container that runs, and what is asked of it."""

    client: Client
    host: DockerHost
    container: Payload
    logs: Sequence[LogsNeed]
    http: Sequence[HttpNeed]

    @property
    def id(self) -> str:
        return str(self.container.get("Id"))


@dataclass(slots=True)
class _Life:
    needs: Sequence[LogsNeed]
    log: FollowedLog | None
    prober: Prober | None
    due: float
    pause: float = FIRST_PAUSE
    ended: bool = False
    next: Subject | None = None
    """The same container, that was started again before the end of its log was read."""

    @property
    def over(self) -> bool:
        return self.log.ended if self.log else self.ended


class Lives:
    """The containers that are followed, by id.

    ``tell`` takes answers to HTTP needs, and ``wake`` is called when a log has ended: both by
    other threads.
    """

    def __init__(self, tell: Callable[[Observation], None], wake: Callable[[], None]) -> None:
        self._tell = tell
        self._wake = wake
        self._lives: dict[str, _Life] = {}
        self._using = RLock()  # lives begin in several threads

    def begin(self, subject: Subject) -> None:
        """Follow a container, unless that is done already."""
        with self._using:
            known = self._lives.get(subject.id)
            if known:
                known.next = subject if known.ended else None
                return
            followed = sum(not life.over for life in self._lives.values())
            if followed < MAX_LIVES and (subject.logs or subject.http):
                self._lives[subject.id] = self._followed(subject)

    def follows_log_of(self, id_: str) -> bool:
        """Whether the container's log is followed."""
        with self._using:
            life = self._lives.get(id_)
        return life is not None and life.log is not None and life.log.trouble is None

    def ended(self, id_: str) -> None:
        """The container ended: its app is asked no more."""
        with self._using:
            if life := self._lives.get(id_):
                life.ended = True
                if life.prober:
                    life.prober.stop()

    def logs(self, *, all_of_them: bool = False) -> list[Observation]:
        """What was written since it was told last, by logs that ended or whose time has come."""
        told: list[Observation] = []
        with self._using:
            for id_, life in list(self._lives.items()):
                over = life.over  # asked first: what came last must not be missed
                told += self._news(life, now=over or all_of_them)
                if over:
                    del self._lives[id_]
                    if life.next:
                        self.begin(life.next)
        return told

    def stop(self) -> None:
        """Ask no app any more; logs end with the connection or the process."""
        with self._using:
            for life in self._lives.values():
                if life.prober:
                    life.prober.stop()
            self._lives.clear()

    def _news(self, life: _Life, *, now: bool) -> Iterator[Observation]:
        time_ = time.monotonic()
        if life.log and life.log.has_news and (now or time_ >= life.due):
            life.pause = min(2 * life.pause, LONGEST_PAUSE)
            life.due = time_ + life.pause
            fact = life.log.fact()
            for need in life.needs:
                yield observe.found(need, "engine", fact)

    def _followed(self, subject: Subject) -> _Life:
        client, id_ = subject.client, subject.id
        return _Life(
            needs=subject.logs,
            log=FollowedLog(client, subject.container, self._wake) if subject.logs else None,
            prober=Prober(client, id_, subject.http, subject.host, self._tell)
            if subject.http
            else None,
            due=time.monotonic() + FIRST_PAUSE,
        )
