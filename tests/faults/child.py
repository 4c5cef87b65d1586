"""The command in a process of its own, quickly started, and with little patience."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

PATIENCE = 1.5
"""Seconds, instead of the 5 to 180 that a person's grading waits for one answer."""


def impatient(seconds: float = PATIENCE) -> None:
    """Let every wait for an engine, registry or app end after these seconds."""
    from grader.collect import (
        client,
        content,
        credential_helper,
        events,
        http,
        logs,
        registry_config,
    )
    from grader.verify import engine, images, registries

    client.READ_SECONDS = client.CONNECT_SECONDS = seconds
    client.Client.stream.__wrapped__.__kwdefaults__["wait"] = seconds  # type: ignore[attr-defined]
    logs.SECONDS = events.SECONDS = http.ATTEMPT_SECONDS = seconds
    content.ARCHIVE_SECONDS = content.EXPORT_SECONDS = seconds
    registry_config.LOOK_SECONDS = registries.LOOK_SECONDS = seconds
    credential_helper.SECONDS = engine.SECONDS = engine.ENDING_SECONDS = seconds
    images.PULL_SECONDS = seconds


def jumping(days: Sequence[float]) -> None:
    """Let the clock by which observations are dated jump with each look at it."""
    from datetime import datetime, timedelta, tzinfo

    from grader.collect import observe

    jumps = cycle(days)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=next(jumps))

    observe.datetime = Clock  # type: ignore[attr-defined,misc]


def run(
    arguments: Sequence[str],
    env: Mapping[str, str],
    output: Path,
    patience: float = PATIENCE,
    days: Sequence[float] = (),
) -> None:
    """What `grade-lab` with these arguments does; what it prints goes to a file."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # what interrupts this is not told by the command
    os.environ.clear()
    os.environ.update(env)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from grader.cli import main

    impatient(patience)
    if days:
        jumping(days)
    main(list(arguments))
