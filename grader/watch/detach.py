"""A recorder that goes on in the background when the terminal is closed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from grader.errors import GradeLabError
from grader.messages import msg
from grader.watch.session import Session, Status
from grader.watch.status import State

LOG = "watch.log"
START_SECONDS = 20.0
APART = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(
    subprocess, "CREATE_NEW_PROCESS_GROUP", 0
)
"""What Windows takes for a new session."""


def detach(arguments: Sequence[str], session: Session, folder: Path) -> Status:
    """Start ``grade-lab`` with these arguments in the background; return once it records.

    What it prints goes to ``watch.log`` in ``folder``, where the journal is.

    Raises:
        GradeLabError: it ended at once; its last words are told.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / LOG
    with log.open("wb") as output:
        # Without -P, a folder `grader` of the submission could be imported in place of ours.
        process = subprocess.Popen(  # noqa: S603 # our own command
            [sys.executable, "-P", "-m", "grader", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # that it does not end with this terminal
            creationflags=APART,
        )
    status = None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        status = session.status()
        # Its process may be another than ours: in a virtual environment on Windows, `python.exe`
        # starts the real one and waits for it.
        if status is not None and status.since and status.state is not State.CONNECTING:
            return status  # what is made from now on is seen to be new
        time.sleep(0.05)
    if process.poll() is None and status is not None and status.since:
        return status  # an engine that lets us wait
    words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise GradeLabError(
        msg("recording in the background did not start: {reason}", reason=" ".join(words[-3:])),
        msg("run `grade-lab watch` to see why"),
    )
