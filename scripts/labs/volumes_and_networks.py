"""The lab "volumes and networks": a note that outlives its writer, and two containers by name."""

from __future__ import annotations

import os
from collections.abc import Sequence

from .lab import ROOT, Lab
from .student import Student

BUSYBOX = "busybox:1.36"
NOTE = "hello from the volume"
SERVE = ("httpd", "-f", "-v", "-p", "80", "-h", "/www")


def full_marks(student: Student) -> None:
    """Does what the lab asks for, and cleans up."""
    student.docker("volume", "create", "notes")
    write(student, "-v", "notes:/data")
    student.grade()
    student.docker("rm", "writer")
    student.docker("network", "create", "notes-net")
    run_store(student, "--network", "notes-net", "-v", "notes:/www:ro")
    run_front(student, "--network", "notes-net", "-v", f"{student.folder}/front:/www:ro")
    student.docker("exec", "front", "wget", "-qO-", "http://store/")
    student.until("the page shows the note", lambda: NOTE in student.opens("/cgi-bin/notes"))
    student.answer(
        volume_or_bind="Docker manages a volume somewhere of its own; a bind mount is a folder on "
        "my computer that I choose. The data of both survive when the container is removed. "
        "I would use a bind mount for a config file, read-only, and a volume for a database.",
        by_name="In a user-defined network Docker has a DNS server that turns the name store into "
        "its address. In the default bridge it does not. store needs no -p: containers in the "
        "same network reach all of its ports.",
    )
    student.grade()
    student.docker("rm", "--force", "front", "store")
    student.docker("network", "rm", "notes-net")
    student.docker("volume", "rm", "notes")
    student.grade()


def half_way(student: Student) -> None:
    """Keeps the data, but never makes a network: the name means nothing to front."""
    student.docker("volume", "create", "notes")
    write(student, "-v", "notes:/data")
    student.grade()
    student.docker("rm", "writer")
    run_store(student, "-p", "80", "-v", "notes:/www")
    run_front(student, "-v", f"{student.folder}/front:/www")
    student.tries("exec", "front", "wget", "-T", "2", "-qO-", "http://store/")
    student.answer(
        volume_or_bind="The volume is managed by Docker and its data survive. "
        "The bind mount is a folder on my computer.",
    )
    student.grade()


def lost_data(student: Student) -> None:
    """Forgets the volume with the writer: the line goes with the container."""
    write(student)
    student.grade()
    student.docker("rm", "writer")
    student.docker("network", "create", "notes-net")
    run_store(student, "--network", "notes-net", "-v", "notes:/www:ro")
    run_front(student, "--network", "notes-net", "-v", f"{student.folder}/front:/www:ro")
    student.tries("exec", "front", "wget", "-qO-", "http://store/")
    student.until("front answers", student.opens)
    student.grade()
    student.docker("rm", "--force", "front", "store")
    student.grade()


def write(student: Student, *options: str) -> None:
    """The first container: it leaves a line in /data."""
    line = f"mkdir -p /data; echo '{NOTE}' > /data/index.html"
    student.docker("run", "--name", "writer", *options, BUSYBOX, "sh", "-c", line)


def run_store(student: Student, *options: str) -> None:
    """The second container: it serves what is in the volume."""
    student.docker("run", "-d", "--name", "store", *options, BUSYBOX, *SERVE)


def run_front(student: Student, *options: str) -> None:
    """The one on the computer's port."""
    port = f"{student.port}:80"
    student.docker("run", "-d", "--name", "front", "-p", port, *options, BUSYBOX, *SERVE)


def _prepare(student: Student) -> None:
    """A stand-in has the programs of busybox, too. Nothing is built here, so no tag is named."""
    student.docker("tag", os.environ["GRADE_LAB_BASE_IMAGE"], BUSYBOX)
    student.write_lab(f"port: {student.port}")


def _leftovers(_student: Student) -> Sequence[Sequence[str]]:
    return [
        *(("rm", "--force", name) for name in ("writer", "store", "front")),
        ("network", "rm", "notes-net"),
        ("volume", "rm", "notes"),
        ("image", "rm", BUSYBOX),
    ]


LAB = Lab(
    rubric="volumes-and-networks",
    stories={
        "full-marks": full_marks,
        "half-way": half_way,
        "lost-data": lost_data,
        "nothing-yet": Student.grade,
    },
    starter=ROOT / "docs/labs/volumes-and-networks/starter",
    leftovers=_leftovers,
    prepare=_prepare,
)
