"""Several looks at once, none of which is waited for longer than all may take together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from queue import Empty, Queue
from threading import Thread
from typing import Any


def at_once(looks: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Any]:
    """What each look found, by its name; one that failed or took too long is left out.

    A look that hangs goes on in a thread that does not outlive the process.
    """
    ends: Queue[tuple[str, Any, bool]] = Queue()

    def run(name: str, look: Callable[[], Any]) -> None:
        try:
            ends.put((name, look(), True))
        except Exception:  # whatever is odd on this machine: the other looks still count
            ends.put((name, None, False))

    for name, look in looks.items():
        Thread(target=run, args=(name, look), daemon=True).start()
    deadline = time.monotonic() + seconds
    found: dict[str, Any] = {}
    for _ in looks:
        try:
            name, value, ended = ends.get(timeout=max(deadline - time.monotonic(), 0.001))
        except Empty:
            break
        if ended:
            found[name] = value
    return found
