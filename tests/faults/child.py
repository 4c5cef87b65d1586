"""The command in a process of its own, quickly started, and with little patience."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Literal

PATIENCE = 3.0
"""Seconds, instead of the 5 to 180 that a person's grading waits for one answer."""


def impatient(seconds: float = PATIENCE) -> None:
    """Let every wait for an engine, registry or app end after these seconds."""
    from grader.collect import (
        connection,
        content,
        credential_helper,
        events,
        http,
        logs,
        registry_config,
    )
    from grader.verify import engine, images, registries

    connection.READ_SECONDS = connection.CONNECT_SECONDS = seconds
    connection.Connection.stream.__wrapped__.__kwdefaults__["wait"] = seconds  # type: ignore[attr-defined]
    logs.SECONDS = events.SECONDS = http.ATTEMPT_SECONDS = seconds
    content.ARCHIVE_SECONDS = content.EXPORT_SECONDS = seconds
    registry_config.LOOK_SECONDS = registries.LOOK_SECONDS = seconds  # type: ignore[attr-defined] # another module's
    credential_helper.SECONDS = engine.SECONDS = engine.ENDING_SECONDS = seconds
    images.PULL_SECONDS = seconds


def jumping(days: Sequence[float]) -> None:
    """Let the clock by which all is dated jump with each look at it."""
    import time
    from datetime import datetime, timedelta, tzinfo

    from grader.collect import events, observe
    from grader.watch import connection, session, sleep

    jumps = cycle(days)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=next(jumps))

    for module in (observe, events, connection, session):
        module.datetime = Clock  # type: ignore[attr-defined]
    sleep._clocks = lambda: (time.time() + 86_400 * next(jumps), time.monotonic())


@dataclass
class Trap:
    """What happens when a file is opened, or written to, for the ``nth`` time: a signal, or a full
    disk. With 0 nothing happens; ``counts`` takes how often either was done.
    """

    kind: Literal["opened", "written"]
    nth: int = 0
    number: int = 0
    counts: Path | None = None

    def set(self) -> Counter[str]:
        """Wait for it from now on."""
        seen = Counter[str]()
        sys.dont_write_bytecode = True

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event == "open":
                self._meet("opened", seen)
            if event in CHANGES or (event == "open" and _writes(arguments)):
                self._meet("written", seen)

        sys.addaudithook(hook)
        return seen

    def _meet(self, kind: str, seen: Counter[str]) -> None:
        seen[kind] += 1
        if kind != self.kind or seen[kind] < (self.nth or sys.maxsize):
            return
        if not self.number:  # a disk stays full
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if seen[kind] == self.nth:
            os.kill(os.getpid(), self.number)


CHANGES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "sqlite3.connect"}


def _writes(arguments: tuple[object, ...]) -> bool:
    path, _, flags = arguments
    wanted = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    return isinstance(flags, int) and bool(flags & wanted) and str(path) != os.devnull


def run(  # noqa: PLR0917 # a process takes no others
    arguments: Sequence[str],
    env: Mapping[str, str],
    output: Path,
    patience: float = PATIENCE,
    days: Sequence[float] = (),
    trap: Trap | None = None,
) -> None:
    """What `grade-lab` with these arguments does; what it prints goes to a file."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # what interrupts this is not told by the command
    os.environ.clear()
    os.environ.update(env)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from grader.cli.main import main

    impatient(patience)
    if days:
        jumping(days)
    if trap is None:
        main(list(arguments))
    seen = trap.set()
    try:
        main(list(arguments))
    finally:
        told, trap.nth = json.dumps(seen), 0
        if trap.counts:
            trap.counts.write_text(told)
