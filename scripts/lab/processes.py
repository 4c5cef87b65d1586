"""What /proc tells about processes, and how to end them by their id."""

import os
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path


def with_argument(argument: str) -> Iterator[int]:
    """Ids of the processes that were started with exactly this argument."""
    for folder in _folders():
        with suppress(OSError):  # it ended meanwhile
            if os.fsencode(argument) in (folder / "cmdline").read_bytes().split(b"\0"):
                yield int(folder.name)


def child_of(parent: int) -> int:
    """The id of a process's child; 0 when it has none."""
    for folder in _folders():
        fields = _status(folder)
        if len(fields) > 1 and int(fields[1]) == parent:
            return int(folder.name)
    return 0


def kill(processes: Collection[int], seconds: float = 10) -> None:
    """Kill processes and wait, so many seconds at most, until they are gone."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + seconds
    while any(_lives(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)  # another's children cannot be awaited, only looked at


def _lives(process: int) -> bool:
    """Whether a process still runs; a zombie does not."""
    return _status(Path(f"/proc/{process}"))[:1] not in ([], ["Z"], ["X"])


def _status(folder: Path) -> list[str]:
    """The fields of a process's status from its state on; none when it is gone."""
    try:
        return (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _folders() -> Iterator[Path]:
    return Path("/proc").glob("[0-9]*")
