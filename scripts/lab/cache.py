"""Where the lab keeps what makes the next start fast, and locks between its runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def folder() -> Path:
    """${XDG_CACHE_HOME:-~/.cache}/grade-lab/lab; removing it costs time, nothing else."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(base) / "grade-lab" / "lab"
    place.mkdir(parents=True, exist_ok=True)
    return place


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Wait until no other run is in a block with this name; the kernel frees a dead one's."""
    import fcntl  # only Unix has it, and so do all that need the lock

    with (folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
