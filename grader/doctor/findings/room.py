"""Room on the disks. Nothing is advised that would take evidence away before it is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, ok, problem, warning
from grader.doctor.machine import Disk, Machine
from grader.messages import Message, msg

LOW = 1_000_000_000
EMPTY = 20_000_000


def findings(machine: Machine) -> Iterator[Finding]:
    """A finding for each disk that is filling up, or one that says there is room."""
    known = [disk for disk in machine.disks if disk.free is not None]
    low = [disk for disk in known if (disk.free or 0) < LOW]
    for disk in low:
        yield _low(disk)
    if known and not low:
        least = min(disk.free or 0 for disk in known)
        yield ok("disk", msg("there is room on the disk ({free} free)", free=_told(least)))


def is_full(disk: Disk) -> bool:
    """Whether hardly anything can be written any more."""
    return disk.free is not None and disk.free < EMPTY


def _low(disk: Disk) -> Finding:
    free = disk.free or 0
    title = {
        "engine": msg("the disk of Docker's images is nearly full ({free} free)", free=_told(free)),
        "submission": msg(
            "the disk of your project is nearly full ({free} free)", free=_told(free)
        ),
    }[disk.role]
    steps = [
        msg("run `grade-lab` first: what you removed could not be recorded any more"),
        *_steps(disk),
    ]
    make = problem if is_full(disk) else warning
    return make("disk-full", title, *steps, detail=msg("{path}", path=disk.path))


def _steps(disk: Disk) -> Iterator[Message]:
    if disk.role == "submission":
        yield msg("empty the bin, and delete what you no longer need on this disk")
        return
    yield msg("see what takes the room: `docker system df`")
    yield msg("throw away what was only kept to build faster: `docker builder prune`")
    yield msg(
        "only what belongs to no lab: `docker image rm NAME`; do not use `docker system prune` "
        "before you have handed in"
    )


def _told(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
