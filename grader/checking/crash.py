"""A container that ended by itself: whether it crashed, and its last words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from grader.check import Part
from grader.evidence import Seen
from grader.facts import STOPPED_BY_SIGNAL, Container, Event, Logs
from grader.messages import msg

AT_START = timedelta(seconds=10)
MAX_LINES = 5
MAX_WIDTH = 200

_TERMINAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")


def last_words(logs: Logs) -> str:
    """The last lines of a log, of standard error where it has any, free of control characters."""
    text = _TERMINAL_SEQUENCE.sub("", logs.stderr if logs.stderr.strip() else logs.stdout)
    lines = ["".join(filter(str.isprintable, line)).rstrip() for line in text.splitlines()]
    return "\n".join(line[:MAX_WIDTH] for line in [line for line in lines if line][-MAX_LINES:])


def crashed(container: Container, *, by_hand: bool) -> bool:
    """Whether it ended in a way that nobody wants; ``by_hand`` when it was stopped or killed."""
    if container.oom_killed or container.status == "restarting":
        return True
    if by_hand or container.running or container.status == "created":
        return False
    return container.exit_code not in {None, 0, *STOPPED_BY_SIGNAL}


def crashed_at_start(container: Container) -> bool:
    """Whether it crashed so soon after its start that it never did what it was started for."""
    if container.started is None or container.finished is None:
        return False
    soon = container.finished - container.started <= AT_START
    return soon and crashed(container, by_hand=False)


class LastRun(NamedTuple):
    """A container's last run, as its events tell it.

    ``before`` is when the run before it had ended, ``end`` the event of its own end.
    """

    start: datetime | None
    before: datetime | None
    end: Seen[Event] | None

    @classmethod
    def of(cls, events: Sequence[Seen[Event]]) -> LastRun:
        """By its starts and ends, oldest first."""
        start = next((e.at for e in reversed(events) if e.fact.action == "start"), None)
        died = (e.at for e in events if e.fact.action == "die" and start and e.at < start)
        ended = [event.fact.action for event in events[-2:]] == ["start", "die"]
        return cls(start, max(died, default=None), events[-1] if ended else None)


def as_it_ended(container: Container, newest: Container, last: LastRun) -> Container:
    """The container, or, where its last start came to nothing, as that left it.

    ``newest`` is the same one as it was seen last. Whoever looks often enough sees every container
    run, also one that crashes at once.
    """
    if newest.started != container.started:  # it ran before its last start
        return container
    if not newest.running and crashed_at_start(newest):
        return newest
    if container.status == "created" and last.start:  # it was seen before its start
        container = container.model_copy(update={"status": "running", "started": last.start})
    if last.end is None:
        return container
    if container.started and last.before and last.before >= container.started:  # an earlier run
        return container
    code, times = last.end.fact.exit_code, {"started": last.start, "finished": last.end.at}
    ended = newest.model_copy(update={"status": "exited", "exit_code": code, **times})
    return ended if crashed_at_start(ended) else container


def state_part(container: Container, last_words: Callable[[], str], *, by_hand: bool) -> Part:
    """The assertion that it was started and did not crash; ``last_words`` are asked if it did."""
    expected = msg("started, and not crashed")
    if container.status == "created":
        return Part(
            False,
            expected,
            msg("created"),
            msg("run `docker start {name}`: it says what is in the way", name=container.name),
            problem=msg("container {name} was never started", name=container.name),
            pending=True,
        )
    if not crashed(container, by_hand=by_hand):
        return Part(True, expected)
    if container.oom_killed:
        problem = msg("container {name} ran out of memory", name=container.name)
    elif container.status == "restarting":
        problem = msg("container {name} crashes and restarts, over and over", name=container.name)
    else:
        problem = msg(
            "container {name} crashed (exit code {code}): `docker logs {name}` says why",
            name=container.name,
            code=container.exit_code,
        )
    return Part(
        False,
        expected,
        last_words() or msg("exit code {code}", code=container.exit_code),
        msg(
            "read `docker logs {name}`, put the mistake right, run it again, and then `grade-lab`",
            name=container.name,
        ),
        problem=problem,
    )
