"""Root folders of other releases of Debian, out of which other engines run on this machine.

Each is made once, by debootstrap out of this machine's own mirror, and kept in the cache. Nothing
of it is installed on the machine itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import apt, cache
from .errors import LabUnavailableError, say

DEBOOTSTRAP = (("debootstrap", "debootstrap"),)
BASE_PACKAGES = "ca-certificates,iptables,iproute2"
HOW_TO_GET = ("Acquire::Check-", "Acquire::http")
"""This machine's settings of apt that hold in a root folder, too: its proxy, its clock's truth."""


def root(suite: str, packages: Sequence[str]) -> Path:
    """The folder of a release, such as `trixie`, with these packages in it.

    Raises LabUnavailableError with the last words of what failed.
    """
    made = cache.folder() / f"root-{suite}"
    with cache.lock(f"root-{suite}"):  # one run makes it, those beside it wait
        if not made.exists():
            apt.ensure(DEBOOTSTRAP)
            say(f"making a root folder of Debian {suite} for its engine (once, some minutes) …")
            unfinished = made.with_name(f"making-{made.name}")
            shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
            _bootstrap(suite, unfinished)
            unfinished.replace(made)  # whole or not at all
        missing = [name for name in packages if not (made / _LIST.format(name)).exists()]
        if missing:
            say(f"installing {' '.join(missing)} in the root folder of Debian {suite} …")
            _in(made, "apt-get", "-q=2", "update")
            _in(made, "apt-get", "-q=2", "install", "-y", "--no-install-recommends", *missing)
            _in(made, "apt-get", "-q=2", "clean")
    return made


def version(root: Path, package: str) -> str:
    """The version of a package that a root folder has."""
    return _run("dpkg-query", f"--root={root}", "--show", "--showformat=${Version}", package)


_LIST = "var/lib/dpkg/info/{}.list"
"""Where dpkg notes the files of a package that it unpacked."""


def _bootstrap(suite: str, folder: Path) -> None:
    options = ("--variant=minbase", f"--include={BASE_PACKAGES}")
    _run("debootstrap", *options, suite, str(folder), apt.mirror())
    policy = folder / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")  # start no service in there
    policy.chmod(0o755)
    own = [line for line in _run("apt-config", "dump").splitlines() if line.startswith(HOW_TO_GET)]
    (folder / "etc/apt/apt.conf.d/machine").write_text("\n".join([*own, ""]), encoding="utf-8")


def _in(root: Path, *command: str) -> None:
    _run("chroot", str(root), *command)


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, "PATH": apt.PATH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        words = "\n  ".join(done.stdout.strip().splitlines()[-4:])
        raise LabUnavailableError(f"`{' '.join(command)}` failed:\n  {words}")
    return done.stdout.strip()
