"""The recorder: follows the engine's events, and looks at once at what they would take away.

One thread takes turns, and it alone writes. Others feed it: one reads the engine's events, a few
inspect containers the moment they start or take looks that take long, and those of `Lives` read
logs and ask apps. Whatever goes wrong with the engine ends the connection; the next one catches up
from the engine's own history.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from itertools import chain
from pathlib import Path
from queue import Empty, Queue
from threading import Event as Flag

from grader.collect import event_history
from grader.collect.answer import NoAnswerError
from grader.collect.background import Background
from grader.collect.collect import look
from grader.collect.events import HealthChecks, Selection
from grader.collect.observe import found
from grader.collect.view import EngineView
from grader.errors import GradeLabError, JournalError
from grader.evidence import Evidence
from grader.facts import Event, Fact
from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.needs import (
    CallsNeed,
    ContainerNeed,
    ContentNeed,
    EventsNeed,
    EventWindowNeed,
    HttpNeed,
    ImageNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    RegistryImageNeed,
)
from grader.watch.at_once import AtOnce, Seen
from grader.watch.connection import Connection, Lost, Told
from grader.watch.files import ChangedFiles
from grader.watch.interest import Interest
from grader.watch.lives import Lives
from grader.watch.notebook import Notebook
from grader.watch.sleep import Sleep
from grader.watch.status import State
from grader.watch.trouble import engine_away, unforeseen

TURN_SECONDS = 0.25
SETTLED_SECONDS = 0.15
"""After an event this passes before what it changed is looked at, with all that follows it."""
FIRST_RETRY, LONGEST_RETRY = 0.25, 5.0
POLL_SECONDS = 5.0
END_SECONDS = 5.0
MAX_BATCH = 500
MAX_QUEUED = 20_000
MAX_ALIKE = 2_000
"""Events that differ in nothing but their time and container; more of them prove nothing more."""

SLOW = (ContentNeed, ManifestNeed, RegistryImageNeed)
LIVE = (HttpNeed, LogsNeed)
"""Needs that are asked of a container as long as it runs."""

Item = Told | Seen | Lost | Observation | None
Interested = Callable[[tuple[Need[Fact], ...], Evidence], Interest]


class Recorder:
    """Records what ``needs`` ask about, from now on, in the journal of a submission.

    ``interest`` says which needs an event concerns, and may have more of them than these.

    ``state`` tells how it goes; ``trouble`` why it does not, where that is known.
    """

    def __init__(
        self,
        needs: Iterable[Need[Fact]],
        submission: Path,
        journal: JournalFile,
        env: Mapping[str, str] = os.environ,
        *,
        interest: Interested = Interest,
    ) -> None:
        self.state = State.CONNECTING
        self.trouble: GradeLabError | None = None
        self._needs = tuple(need for need in needs if not isinstance(need, CallsNeed))
        self._submission = submission
        self._env = env
        self._notebook = Notebook(journal)
        self._items: Queue[Item] = Queue(MAX_QUEUED)
        self._lives = Lives(self._items.put, lambda: self._items.put(None))
        self._files = ChangedFiles(self._needs, submission, env)
        self._connection: Connection | None = None
        self._interested = interest
        self._interest = interest(self._needs, self._notebook.evidence)
        self._selection = Selection(self._interest.subjects)
        self._alike: Counter[Event] = Counter()
        self._due: dict[Need[Fact], float] = {}
        self._at_once = AtOnce(self._lives, lambda: self._interest, self._items.put)
        self._slowly = Background(2, "slowly")
        self._slow: deque[Future[None]] = deque(maxlen=100)
        self._retry_at = self._poll_at = self._round_at = 0.0
        self._pause = FIRST_RETRY
        self._sleep = Sleep()

    def run(self, stop: Flag) -> None:
        """Record until ``stop`` is set."""
        try:
            self._look_at_files()
            while not stop.is_set():
                self._turn()
            self._finish()
        finally:
            self._disconnect()
            self._notebook.sync()
            self._at_once.close()
            self._slowly.close()
            self.state = State.ENDED

    def _look_at_files(self) -> None:
        self._notebook.note(look(self._needs, self._submission, None, env=self._env))

    def _finish(self) -> None:
        """Take all that is under way: what happened just before the end counts."""
        wait(self._slow, timeout=END_SECONDS)
        self._due = dict.fromkeys(self._due, 0.0)
        self._turn()

    def _turn(self) -> None:
        try:
            self._take(self._waited_for())
            self._notebook.note(self._lives.logs())
            self._look_at_what_is_due()
            if time.monotonic() >= self._round_at:
                self._round_at = time.monotonic() + TURN_SECONDS
                self._make_the_round()
        except NoAnswerError as error:
            self.trouble = engine_away(error)
            self._disconnect()
        except GradeLabError as error:
            self.trouble = error
            self._disconnect()
        except Exception as error:  # an odd answer of the engine must not end the recording
            self.trouble = unforeseen(error)
            self._disconnect()
        self._tell()

    def _tell(self) -> None:
        if self._connection is not None:
            self.trouble = self._notebook.trouble
        if isinstance(self._notebook.trouble or self.trouble, JournalError):
            self.state = State.JOURNAL_TROUBLE
        else:
            self.state = State.RECORDING if self._connection else State.ENGINE_AWAY

    # What comes in

    def _waited_for(self) -> list[Item]:
        seconds = min([TURN_SECONDS, *(due - time.monotonic() for due in self._due.values())])
        items: list[Item] = []
        with suppress(Empty):
            items.append(self._items.get(timeout=max(seconds, 0.001)))
            while len(items) < MAX_BATCH:
                items.append(self._items.get_nowait())
        return items

    def _take(self, items: Sequence[Item]) -> None:
        here = self._connection
        self._notebook.note(item for item in items if isinstance(item, Observation))
        if here is None:
            return
        heard = (item for item in items if isinstance(item, Told) and item.connection is here)
        told = [item for item in heard if self._is_new(item.event)]
        self._notebook.note(found(EventsNeed(), "events", item.event, item.at) for item in told)
        for item in items:
            if isinstance(item, Seen) and item.connection is here:
                self._selection.health.learn_of([item.container])
                self._notebook.note(self._told_of(item))
        for item in told:
            self._follows(item.event)
        if any(isinstance(item, Lost) and item.connection is here for item in items):
            self._disconnect()

    def _is_new(self, event: Event) -> bool:
        alike = event.model_copy(update={"id": ""})
        self._alike[alike] += 1
        return self._alike[alike] <= MAX_ALIKE

    def _told_of(self, seen: Seen) -> list[Observation]:
        fact = seen.connection.view.container_fact(seen.container)
        asked = self._interest.asked_of(seen.container)
        return [found(n, "engine", fact) for n in asked if isinstance(n, ContainerNeed)]

    def _follows(self, event: Event) -> None:
        """Take note of what has to be looked at because of an event."""
        due = time.monotonic() + SETTLED_SECONDS
        if event.action in {"die", "destroy"}:
            self._lives.ended(event.id)
        for need in self._interest.raised_by(event):
            if not isinstance(need, LIVE) or self._is_missed(need, event):
                self._due.setdefault(need, due)

    def _is_missed(self, need: Need[Fact], event: Event) -> bool:
        """Whether a log ended that nobody followed."""
        ended = event.action == "die" and not self._lives.follows_log_of(event.id)
        return isinstance(need, LogsNeed) and ended

    def _hear(self, item: Told | Lost) -> None:
        if isinstance(item, Told):
            self._at_once.hear(item)
        self._items.put(item)

    def _look_slowly(self, need: Need[Fact], view: EngineView) -> None:
        for observation in look([need], self._submission, view, env=self._env):
            self._items.put(observation)

    def _look_at_what_is_due(self) -> None:
        now = time.monotonic()
        due = [need for need, time_ in self._due.items() if time_ <= now]
        if due:
            for need in due:
                del self._due[need]
            here = self._connection
            self._look(due, EngineView(here.client, self._interest.evidence) if here else None)

    def _look(self, needs: Sequence[Need[Fact]], view: EngineView | None) -> None:
        quick = [need for need in needs if not isinstance(need, SLOW)]
        self._notebook.note(look(quick, self._submission, view, env=self._env))
        for need in needs:
            if view and isinstance(need, SLOW):
                self._slow.append(self._slowly.submit(self._look_slowly, need, view))

    def _make_the_round(self) -> None:
        """What is done a few times a second, whether or not anything happens."""
        now = time.monotonic()
        self._notebook.save()
        self._refresh()
        if self._notebook.is_new():  # the next connection looks at all that is there still
            self._disconnect()
            self._look_at_files()
        for need in self._files.changed():
            self._due.setdefault(need, now + SETTLED_SECONDS)
        if self._sleep.just_ended():
            self._disconnect()
        here = self._connection
        if here and here.client.failure:  # its events may still come, but no look does
            raise here.client.failure
        if here is None and now >= self._retry_at:
            self._connect()
        elif here and not here.tells_builds and now >= self._poll_at:
            self._poll_at = now + POLL_SECONDS
            images = (need for need in self._interest.needs if isinstance(need, ImageNeed))
            self._due.update(dict.fromkeys(images, now))

    # The connection

    def _connect(self) -> None:
        self._retry_at = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_RETRY)
        here = Connection(self._env, self._notebook.evidence)
        needs = self._interest.needs
        history = event_history.observations(needs, here.view, lambda _: None)
        self._notebook.note(chain.from_iterable(history))
        self._refresh()
        health = HealthChecks()
        self._selection = Selection(self._interest.subjects, health, podman=here.podman)
        here.follow(self._selection, self._hear)
        self._connection = here
        self._look([need for need in needs if not isinstance(need, LIVE)], here.view)
        health.learn(here.view)
        for container in list(here.view.seen("container")):
            if (container.get("State") or {}).get("Running"):
                self._at_once.begin(here, container)
        self._look([need for need in needs if isinstance(need, LogsNeed)], here.view)
        self._pause = FIRST_RETRY

    def _disconnect(self) -> None:
        here, self._connection = self._connection, None
        self._notebook.note(self._lives.logs(all_of_them=True))
        self._lives.stop()
        if here:
            self._notebook.note([found(EventWindowNeed(), "events", here.window())])
            here.close()

    def _refresh(self) -> None:
        """Take what was written into account; at each event that would take ever longer."""
        with suppress(JournalError):  # while it cannot be read, what was known has to do
            evidence = self._notebook.evidence
            if evidence is not self._interest.evidence:
                self._interest = self._interested(self._needs, evidence)
                self._selection.subjects = self._interest.subjects
