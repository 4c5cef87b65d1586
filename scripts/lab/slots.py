"""Numbered places for private engines, so that several can run on one machine.

A slot owns everything of an engine that the whole machine can see: a short folder for its
sockets, a network bridge with its addresses, a cgroup. Its holder keeps a lock, which the
kernel drops when the holder dies; whoever takes a slot next removes what was left behind.
"""

import fcntl
import ipaddress
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from . import processes
from .errors import LabUnavailableError

RUNTIME = Path("/run/grade-lab")  # short: a Unix socket's path has room for 108 bytes
SLOTS = 16
ADDRESSES = ipaddress.IPv4Network("10.213.0.0/16")  # one /20 for each slot


class Slot:
    """One held place on the machine."""

    def __init__(self, number: int, lock: int) -> None:
        self.number = number
        self.folder = RUNTIME / str(number)
        self.configuration = self.folder / "daemon.json"
        self.network = list(ADDRESSES.subnets(new_prefix=20))[number]
        self.bridge = f"gradelab{number}"
        self.cgroup = f"/grade-lab-{number}"
        self._lock = lock

    @classmethod
    def claim(cls) -> Self:
        """Take the first free slot, and clean every free one. All taken: LabUnavailableError."""
        held: Self | None = None
        for number in range(SLOTS):
            slot = cls._try(number)
            if slot is None:
                continue
            slot.clean()
            # A bridge without our lock is in use by a run that does not share our /run.
            if held is None and not Path("/sys/class/net", slot.bridge).exists():
                held = slot
            else:
                slot.release()
        if held is None:
            raise LabUnavailableError(
                f"All {SLOTS} places for private engines in {RUNTIME} are in use. "
                "Wait until one of the other runs has ended."
            )
        return held

    @classmethod
    def _try(cls, number: int) -> Self | None:
        locks = RUNTIME / "locks"
        locks.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(locks / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return cls(number, lock)

    def open(self) -> None:
        """Make the network and the folder of the slot; no route leads out of that network."""
        _make("link", "add", "name", self.bridge, "type", "bridge")
        self.folder.mkdir(parents=True, mode=0o700)  # says to `clean` that the bridge is ours
        _make("address", "add", f"{self.network[1]}/24", "dev", self.bridge)
        _make("link", "set", self.bridge, "up")

    def clean(self) -> None:
        """Remove what an engine in this slot leaves on the machine, however it ended."""
        if not self.folder.exists():
            return
        processes.kill(list(processes.with_argument(str(self.configuration))))
        for bridge in self._bridges():
            _ip("link", "delete", bridge)
        for root in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*/")):
            _remove_cgroup(root / self.cgroup.lstrip("/"))
        shutil.rmtree(self.folder, ignore_errors=True)

    def release(self) -> None:
        """Give the slot back. The lock's file stays: to remove it would be a race."""
        os.close(self._lock)

    def _bridges(self) -> Iterator[str]:
        """Our bridge, and those of the networks that users of the engine made."""
        for link in json.loads(_ip("-json", "-4", "address").stdout or "[]"):
            addresses = (entry.get("local") for entry in link.get("addr_info", []))
            ours = any(a and ipaddress.IPv4Address(a) in self.network for a in addresses)
            if ours and link["ifname"].startswith(("br-", "gradelab")):
                yield link["ifname"]


def _ip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)


def _make(*arguments: str) -> None:
    done = _ip(*arguments)
    if done.returncode != 0:
        raise LabUnavailableError(
            f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}. A private engine needs "
            "root with the right to make networks; in a container, run that with --privileged."
        )


def _remove_cgroup(folder: Path) -> None:
    """Remove a tree of empty cgroups; the kernel refuses it while a process is inside."""
    if folder.is_dir():
        for child in folder.glob("*/"):
            _remove_cgroup(child)
        with suppress(OSError):
            folder.rmdir()
