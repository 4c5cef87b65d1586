"""Running an image where it can do no harm, and looking at what it does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Event

from grader import facts
from grader.collect import http
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.docker_host import HERE, is_here
from grader.collect.engine_answer import Payload
from grader.collect.followed_log import FollowedLog
from grader.facts import WRONG_PROCESSOR, Reason
from grader.needs import HttpNeed
from grader.rubric.sandbox import Sandbox
from grader.verify import limits
from grader.verify.engine import Engine
from grader.verify.hindrance import hindered
from grader.verify.images import Obtained
from grader.verify.networks import Networks
from grader.verify.ownership import Ownership
from grader.verify.plan import Subject

LOG_BYTES = 8 * 1024 * 1024
"""Of output; who writes more is stopped."""
SETTLE_SECONDS, QUIET_SECONDS = 10.0, 2.0
"""How long an image without a port is watched, and after how much silence no more."""
GRACE_SECONDS = 1
"""Between the signal that asks to end and the one that ends."""
LOOK_SECONDS, MEASURE_SECONDS = 0.2, 1.0
LOG_END_SECONDS = 5.0

WITHOUT_LIMITS = "the engine cannot limit memory or processes; a rootless one needs cgroups v2"
ELSEWHERE = "the engine is on another computer"

_CANNOT_START = re.compile(
    r"executable file not found|no such file or directory|exec format error|not a directory"
    r"|no command specified|permission denied|unable to find user",
    re.IGNORECASE,
)
_OF_THE_ENGINE = re.compile(r"docker-init|container-init|setrlimit|cgroup")
"""What the engine itself lacks or may not do, in words like those of an image's mistakes."""


@dataclass(slots=True)
class Findings:
    """What a run showed: an answer or why there is none for each HTTP need, and the log."""

    http: dict[HttpNeed, facts.HttpResponse | NoAnswerError] = field(default_factory=dict)
    log: facts.Logs | NoAnswerError = field(
        default_factory=lambda: UnavailableError(Reason.ENGINE_ERROR, "the log was not read")
    )


class Sandboxes:
    """At most ``limit`` containers at a time, each alone in its network. ``stopping`` ends all."""

    def __init__(self, engine: Engine, ownership: Ownership, limit: int, stopping: Event) -> None:
        self._engine = engine
        self._ownership = ownership
        self._networks = Networks(engine, ownership)
        self._places = BoundedSemaphore(limit)
        self._stopping = stopping

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for one's turn. Raises UnavailableError where the engine cannot keep limits."""
        with self._places:
            if self._stopping.is_set():
                raise UnavailableError(Reason.TIMEOUT, "interrupted")
            info = self._engine.info()
            if not (info.get("MemoryLimit") and info.get("PidsLimit")):
                raise UnavailableError(Reason.UNSUPPORTED, WITHOUT_LIMITS)
            if not is_here(self._engine.host, lambda: info):
                raise UnavailableError(Reason.UNSUPPORTED, ELSEWHERE)
            yield

    def run(
        self, image: Obtained, subject: Subject, sandbox: Sandbox, environment: Mapping[str, str]
    ) -> Findings:
        """Run the image, ask it, read its log, and remove it. Raises NoAnswerError."""
        with self._networks.network(open_=sandbox.network) as network:
            body = limits.container(
                image.id,
                image.inspected,
                sandbox,
                ports=sorted({need.port for need in subject.http}),
                environment=environment,
                network=network,
                labels=self._ownership.labels,
            )
            created = str(_created(self._engine, self._ownership.name(), body).get("Id"))
            try:
                _start(self._engine, created)
                watched = _Watched(self._engine, created, sandbox, self._stopping)
                return watched.findings(subject)
            finally:
                self._removed(created)

    def _removed(self, container: str) -> None:
        for _ in range(3):
            try:
                self._engine.remove(container)
            except NoAnswerError:
                time.sleep(LOOK_SECONDS)
            else:
                return


def _created(engine: Engine, name: str, body: Mapping[str, object]) -> Payload:
    try:
        return engine.create(name, body)
    except NoAnswerError as error:
        if _is_the_images(error):
            raise AbsentError(Reason.NO_ANSWER, f"it cannot be run: {error.detail}") from error
        raise UnavailableError(Reason.ENGINE_ERROR, error.detail, error.status) from error


def _start(engine: Engine, container: str) -> None:
    try:
        engine.start(container)
    except NoAnswerError as error:
        if error.status in {400, 404} or _is_the_images(error):
            raise AbsentError(Reason.NO_ANSWER, f"it cannot be run: {error.detail}") from error
        raise UnavailableError(error.reason, error.detail, error.status) from error


def _is_the_images(error: NoAnswerError) -> bool:
    own = _OF_THE_ENGINE.search(error.detail)
    return own is None and _CANNOT_START.search(error.detail) is not None


class _Watched:
    """A container of ours that was just started."""

    def __init__(self, engine: Engine, container: str, sandbox: Sandbox, stopping: Event) -> None:
        self._engine = engine
        self._sandbox = sandbox
        self._stopping = stopping
        self._began = self._measured_at = time.monotonic()
        self._id = container
        self._inspected = engine.container(container)
        self._ended = Event()
        self._log = FollowedLog(engine, self._inspected, self._ended.set)
        self._over: NoAnswerError | None = None

    def findings(self, subject: Subject) -> Findings:
        """What it answers and writes. Ends it."""
        found = Findings()
        if subject.http:
            self._ask(subject.http, found)
        else:
            self._settle()
        silence = self._silence() if self._is_silent(found) else None
        with suppress(NoAnswerError):
            self._engine.stop(self._id, GRACE_SECONDS)
        self._ended.wait(LOG_END_SECONDS)
        found.log = self._log.trouble or self._log.fact()
        limit = self._limit_in(found.log)
        if limit and WRONG_PROCESSOR in limit.detail.lower():
            found.log = limit  # of its own it wrote nothing
        if silence is not None:
            cause = limit or silence
            for need, answer in found.http.items():
                if isinstance(answer, NoAnswerError):
                    found.http[need] = cause
        return found

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _ask(self, needs: tuple[HttpNeed, ...], found: Findings) -> None:
        waiting = list(needs)
        while waiting:
            ended = self._ended.is_set()  # asked before: what it answered last counts
            for need in list(waiting):
                try:
                    once = replace(need, deadline=0.0)
                    found.http[need] = http.probe(once, [self._inspected], HERE)
                    waiting.remove(need)
                except NoAnswerError as error:
                    found.http[need] = error
                    if self._seconds >= need.deadline:
                        waiting.remove(need)
            if waiting and (ended or not self._goes_on()):
                break
            self._ended.wait(LOOK_SECONDS if waiting else 0)

    def _settle(self) -> None:
        """Wait until it has written what it writes when it starts."""
        size, since = -1, 0.0
        while not self._ended.wait(LOOK_SECONDS) and self._goes_on():
            if self._log.size != size:
                size, since = self._log.size, self._seconds
            quiet = size > 0 and self._seconds - since >= QUIET_SECONDS
            if quiet or self._seconds >= SETTLE_SECONDS:
                return

    def _goes_on(self) -> bool:
        """Whether no limit is reached. Of a limit that is, note which."""
        if self._stopping.is_set():
            self._over = UnavailableError(Reason.TIMEOUT, "interrupted")
        elif self._log.size > LOG_BYTES:
            words = f"its log grew beyond {LOG_BYTES // 1024**2} MiB"
            self._over = UnavailableError(Reason.SANDBOX, words)
        elif self._seconds > self._sandbox.seconds:
            words = f"{self._sandbox.seconds:g} seconds were over"
            self._over = UnavailableError(Reason.SANDBOX, words)
        elif time.monotonic() - self._measured_at > MEASURE_SECONDS:
            self._measure()
        if self._over is not None:
            with suppress(NoAnswerError):
                self._engine.kill(self._id)
        return self._over is None

    def _measure(self) -> None:
        with suppress(NoAnswerError):
            if self._engine.written(self._id) > self._sandbox.disk:
                words = f"it wrote more than {self._sandbox.disk / 1e6:,.0f} MB"
                self._over = UnavailableError(Reason.SANDBOX, words)
        self._measured_at = time.monotonic()

    def _is_silent(self, found: Findings) -> bool:
        return any(isinstance(answer, NoAnswerError) for answer in found.http.values())

    def _silence(self) -> NoAnswerError:
        """Why it does not answer: a limit of ours is never the learner's fault."""
        if self._over is not None:
            return self._over
        state = self._engine.container(self._id).get("State") or {}
        if state.get("OOMKilled"):
            words = f"it used up {self._sandbox.memory / 1e6:,.0f} MB of memory"
            return UnavailableError(Reason.SANDBOX, words)
        if not state.get("Running"):
            words = f"it ended with exit code {state.get('ExitCode')}"
            return AbsentError(Reason.NO_ANSWER, words)
        if self._ended.is_set():  # and yet it runs: only its log cannot be followed
            return self._log.trouble or UnavailableError(Reason.ENGINE_ERROR, "its log ended")
        with suppress(NoAnswerError):
            if self._engine.processes(self._id) >= self._sandbox.processes:
                words = f"it has {self._sandbox.processes} processes and threads"
                return UnavailableError(Reason.SANDBOX, words)
        return AbsentError(Reason.NO_ANSWER, "it runs, and does not answer")

    def _limit_in(self, log: facts.Logs | NoAnswerError) -> NoAnswerError | None:
        """The limit of ours that a log tells of."""
        if not isinstance(log, facts.Logs):
            return None
        user = str((self._inspected.get("Config") or {}).get("User") or "")
        line = hindered(log, self._sandbox, user)
        return UnavailableError(Reason.SANDBOX, f"its log says: {line}") if line else None
