"""Where the lab keeps what makes the next start fast."""

import os
from pathlib import Path


def folder() -> Path:
    """${XDG_CACHE_HOME:-~/.cache}/grade-lab/lab; removing it costs time, nothing else."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(base) / "grade-lab" / "lab"
    place.mkdir(parents=True, exist_ok=True)
    return place
