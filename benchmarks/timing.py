"""Whole processes, timed in turns, and what the times say of each other."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

WARM_UPS = 2
Command = Sequence[str | Path]


class BenchmarkError(Exception):
    """A program did not do what is measured; the text says which, and what it printed."""


@dataclass(frozen=True)
class Program:
    """A command to time. ``before`` runs before each start, outside of the time.

    It succeeds with exit code 0, and when it prints ``says`` as often as it should.
    """

    name: str
    command: Command
    environment: Mapping[str, str]
    before: Callable[[], None] = field(default=lambda: None)
    folder: Path | None = None
    says: tuple[str, int] = ("", 0)

    def run(self) -> float:
        """Run it, and return the seconds from start to end; BenchmarkError unless it succeeds."""
        self.before()
        began = time.perf_counter()
        done = subprocess.run(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        seconds = time.perf_counter() - began
        words = done.stdout.decode(errors="replace")
        text, times = self.says
        if done.returncode != 0 or (text and words.count(text) != times):
            raise BenchmarkError(
                f"{self.name} ended with {done.returncode}:\n{words.strip()[-4000:]}"
            )
        return seconds


@dataclass(frozen=True)
class Comparison:
    """Seconds of both programs, run by run. ``goal`` is the largest ratio that is good enough."""

    title: str
    ours: Sequence[float]
    theirs: Sequence[float]
    goal: float

    @property
    def ratios(self) -> list[float]:
        """Ours to theirs, of each pair that ran side by side: what slows one slows the other."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def reached(self) -> bool:
        return self.ratio <= self.goal

    def seconds_over(self, goal: float) -> float:
        """How much less time ours must take for another goal; negative when it takes less now."""
        return median(self.ours) - goal * median(self.theirs)


def compare(title: str, ours: Program, theirs: Program, goal: float, runs: int) -> Comparison:
    """Time two programs in turns, A B A B …, after warming up."""
    for program in (ours, theirs) * WARM_UPS:
        program.run()
    times = [(ours.run(), theirs.run()) for _ in range(runs)]
    return Comparison(title, [a for a, _ in times], [b for _, b in times], goal)
