"""A container that ended by itself: whether it crashed, and its last words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from grader.check import Part
from grader.checking.times import LONG_AGO
from grader.facts import STOPPED_BY_SIGNAL, WRONG_PROCESSOR, Container, Event, Logs
from grader.messages import msg
from grader.series import Seen

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


class Runs(NamedTuple):
    """A container's runs as its events tell them: their starts, their ends, and by which of them
    somebody killed it, oldest first. ``docker stop`` kills, too, where there is something to stop.
    """

    starts: Sequence[datetime]
    ends: Sequence[Seen[Event]]
    kills: Sequence[datetime]

    @classmethod
    def of(cls, events: Sequence[Seen[Event]]) -> Runs:
        """By events, oldest first."""
        starts, kills = (
            [event.at for event in events if event.fact.action == action]
            for action in ("start", "kill")
        )
        return cls(starts, [event for event in events if event.fact.action == "die"], kills)

    def end(self, began: datetime) -> Seen[Event] | None:
        """The end of the run that began then; None where no event tells."""
        after = bisect_left(self.ends, began, key=lambda event: event.at)
        return self.ends[after] if after < len(self.ends) else None

    def ended_by_hand(self, run: Container) -> bool:
        """Whether the run in which the container was seen was ended by somebody."""
        after = bisect_left(self.kills, run.started or LONG_AGO)
        if after == len(self.kills):
            return False
        return run.finished is None or self.kills[after] <= run.finished


def as_it_ended(container: Container, newest: Container, runs: Runs) -> Container:
    """The container, or, where the run in which it was seen came to nothing, as that left it.

    ``newest`` is the same one as it was seen last. Whoever looks often enough sees every container
    run, also one that crashes at once, and over and over.
    """
    same_run = newest.started == container.started
    if same_run and not newest.running and crashed_at_start(newest):
        return newest
    unknown = container.started is None and container.finished is None
    if same_run and unknown and runs.starts:  # it was seen before its start
        container = container.model_copy(update={"status": "running", "started": runs.starts[-1]})
    end = runs.end(container.started) if container.running and container.started else None
    if end is None:
        return container
    told = {"status": "exited", "exit_code": end.fact.exit_code, "finished": end.at}
    ended = container.model_copy(update=told)
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
    words = last_words()
    if WRONG_PROCESSOR in words.lower():
        problem = msg(
            "container {name} cannot run here: its image is for another processor, or its first "
            "program is a script without `#!`; build without `--platform`, or for this processor",
            name=container.name,
        )
    elif container.oom_killed:
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
        words or msg("exit code {code}", code=container.exit_code),
        msg(
            "read `docker logs {name}`, put the mistake right, run it again, and then `grade-lab`",
            name=container.name,
        ),
        problem=problem,
    )
