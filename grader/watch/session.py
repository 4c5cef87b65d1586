"""Who records a submission: one recorder at a time, known to every other process by its files."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.report.plain import shorten
from grader.watch.status import State

LOCK, STATUS, STOP = "watch.lock", "watch.json", "watch.stop"
MAX_TROUBLE = 200
ASKING_SECONDS = 1.0
"""How long whoever asks whether somebody records may hold the lock; far more than it takes."""
STATUS_BYTES = 1024
"""The status file keeps its size, so that it can be written to a full disk."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a recorder tells of itself: since when (ISO 8601), how it goes, and its page, if any.

    ``trouble`` says in its reader's words why nothing can be recorded now, and what to do.
    """

    pid: int
    since: str
    state: State = State.CONNECTING
    page: str = ""
    trouble: str = ""


class Session:
    """The recording of one submission; ``folder`` is that of its journal.

    The lock is the system's own: it ends with the process that holds it, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        self._folder = folder
        self._lock = FileLock(folder / LOCK)
        self._since = ""
        self.page = ""
        """The address of the recorder's page."""

    @contextmanager
    def recording(self) -> Iterator[bool]:
        """Be the recorder, unless there is one: then it yields false.

        Raises:
            OSError: the folder cannot be written.
        """
        if not self._won():
            yield False
            return
        try:
            self._since = datetime.now(UTC).isoformat(timespec="seconds")
            (self._folder / STOP).unlink(missing_ok=True)
            self.tell(State.CONNECTING)
            yield True
        finally:
            with suppress(OSError):
                (self._folder / STATUS).unlink(missing_ok=True)
                (self._folder / STOP).unlink(missing_ok=True)
            self._lock.release()

    def tell(self, state: State, trouble: str = "") -> None:
        """Let others know how it goes."""
        trouble = shorten(trouble, MAX_TROUBLE)
        status = Status(os.getpid(), self._since, state, self.page, trouble)
        text = json.dumps(asdict(status), ensure_ascii=False)
        with suppress(OSError):  # to record matters more than to tell
            # Neither truncated, for a full disk, nor readable by others, for the page's address.
            file = os.open(self._folder / STATUS, os.O_WRONLY | os.O_CREAT, mode=0o600)
            try:
                os.write(file, text.encode().ljust(STATUS_BYTES))
            finally:
                os.close(file)

    def status(self) -> Status | None:
        """What the recorder told last; None when nobody records."""
        if self._is_free():
            return None
        try:
            told = json.loads((self._folder / STATUS).read_bytes())
            return Status(
                int(told["pid"]),
                str(told["since"]),
                State(told["state"]),
                str(told["page"]),
                str(told.get("trouble", "")),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return Status(0, "")  # it began or ends just now

    def ask_to_stop(self, seconds: float) -> bool:
        """Ask the recorder to end; whether it did within this time.

        Raises:
            OSError: the folder cannot be written.
        """
        (self._folder / STOP).touch()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._is_free():
                return True
            time.sleep(0.05)
        return False

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody wants this recording to end."""
        return (self._folder / STOP).exists()

    def _won(self) -> bool:
        """Whether the lock is ours, and no recorder's: who only asks holds it for a moment, too."""
        deadline = time.monotonic() + ASKING_SECONDS
        while not self._taken():
            if (self._folder / STATUS).exists() or time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _taken(self) -> bool:
        from filelock import Timeout

        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _is_free(self) -> bool:
        if not self._folder.exists():
            return True
        if not self._taken():
            return False
        with suppress(OSError):  # of a recorder that was killed
            (self._folder / STATUS).unlink(missing_ok=True)
        self._lock.release()
        return True
