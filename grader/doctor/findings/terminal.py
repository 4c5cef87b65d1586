"""Texts: a terminal that shows every letter, and a folder whose name docker can take."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from grader.doctor.finding import Finding, warning
from grader.doctor.machine import Machine
from grader.messages import msg


def findings(machine: Machine) -> Iterator[Finding]:
    """What may go wrong with letters beyond ASCII; nothing where all is well."""
    if not _is_utf8(machine.encoding):
        windows = machine.surroundings.platform == "win32"
        step = (
            msg("type `chcp 65001` first, or use the app Terminal in place of the old console")
            if windows
            else msg("type `export LC_ALL=C.UTF-8`, and add that line to ~/.profile")
        )
        yield warning(
            "terminal-encoding",
            msg("this terminal may not show every letter (it uses {name})", name=machine.encoding),
            step,
        )
    if not machine.work.folder.isascii():
        yield warning(
            "path-letters",
            msg("the path of your project has letters that some versions of docker cannot take"),
            msg(
                'if `docker build` says "non-printable ASCII characters", move the project to a '
                "folder whose path has only a to z and digits"
            ),
            detail=msg("{path}", path=machine.work.folder),
        )


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
