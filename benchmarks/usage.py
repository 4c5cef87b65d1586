"""What a process uses of the machine."""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path


def cpu_of(process: subprocess.Popen[str]) -> float:
    """Seconds of processor time that it has used."""
    fields = (
        Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: subprocess.Popen[str]) -> str:
    """What it holds of memory now."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return f"{pages * resource.getpagesize() / 2**20:.0f} MiB"
