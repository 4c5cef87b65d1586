"""Temporary folders that carry their owner's process id, so that a killed owner's are found."""

import os
import shutil
import tempfile
from pathlib import Path


def make(kind: str) -> Path:
    """A new private folder of this kind; those of owners that are gone are removed."""
    prefix = f"grade-lab-{kind}-"
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        owner = folder.name.removeprefix(prefix).partition("-")[0]
        if owner.isdecimal() and not lives(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))


def lives(process: int) -> bool:
    """Whether a process is there; always yes on Windows, where asking would end it."""
    try:
        if os.name == "posix":
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is there, and somebody else's
    return True
