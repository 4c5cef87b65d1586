"""Install missing programs on Debian and Ubuntu, and start none of their services."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import cache
from .errors import LabUnavailableError, say

POLICY = Path("/usr/sbin/policy-rc.d")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # an ordinary PATH lacks system programs
APT_GET = ("apt-get", "-q=2", "-o", "DPkg::Lock::Timeout=300")


def usable() -> bool:
    """Whether this is Debian or a relative of it, and we may install packages on it."""
    return (
        hasattr(os, "geteuid")
        and os.geteuid() == 0
        and Path("/etc/debian_version").exists()
        and shutil.which("apt-get") is not None
    )


def find(program: str) -> str | None:
    """The path of `program`, also where only root looks."""
    return shutil.which(program, path=PATH)


def ensure(programs: Sequence[tuple[str, str]]) -> None:
    """Install, in this order, the package of each (program, package) whose program is missing.

    What is there already stays: nothing is upgraded, and apt may remove nothing, so that
    another vendor's engine is left alone. Raises LabUnavailableError with apt's own words.
    """
    for program, package in programs:
        if find(program) is None:
            install([package])


def install(packages: Sequence[str]) -> None:
    """Install packages without their recommendations and without starting their services."""
    say(f"installing {' '.join(packages)} (Debian packages, once) …")
    with cache.lock("apt"), _no_service_starts():
        before = _enabled_services()
        _run([*APT_GET, "update"], check=False)  # old lists may still do; install tells
        _run([*APT_GET, "install", "-y", "--no-install-recommends", "--no-remove", *packages])
        _disable(_enabled_services() - before)


def download(packages: Sequence[str], folder: Path) -> list[Path]:
    """Download packages with all that they need, as for an empty machine, into `folder`."""
    (folder / "partial").mkdir(parents=True)
    options = _apart(folder, f"Dir::Cache::archives={folder}")
    install = ("install", "-y", "--no-install-recommends", "--download-only", *packages)
    with cache.lock("apt"):
        if _run([*APT_GET, *options, *install], check=False) != 0:
            _run([*APT_GET, "update"], check=False)
            _run([*APT_GET, *options, *install])
    return sorted(folder.glob("*.deb"))


def download_from(suite: str, package: str, folder: Path) -> Path:
    """Download one package of another suite of Debian, from this machine's mirror, into `folder`.

    The package lists for it are kept in `folder` too: the machine's own stay as they are.
    """
    sources, lists = folder / "sources.list", folder / "lists"
    (lists / "partial").mkdir(parents=True)
    sources.write_text(f"deb {mirror()} {suite} main\n", encoding="utf-8")
    options = _apart(
        folder,
        f"Dir::Cache={folder}",
        f"Dir::Etc::sourcelist={sources}",
        "Dir::Etc::sourceparts=-",
        f"Dir::State::lists={lists}",
        "Acquire::Languages=none",
    )
    _run([*APT_GET, *options, "update"])
    _run([*APT_GET, *options, "download", package], folder=folder)
    return next(folder.glob("*.deb"))


def _apart(folder: Path, *options: str) -> list[str]:
    """Arguments of apt-get that let it work in `folder`, as on a machine with nothing installed."""
    status = folder / "status"
    status.touch()
    own = (
        f"Dir::State::status={status}",
        "APT::Sandbox::User=root",  # the folder is root's own
        "Debug::NoLocking=true",  # and so is its lock: the system's package state is not touched
    )
    return [f"--option={option}" for option in (*own, *options)]


def mirror() -> str:
    """Where this machine gets Debian's packages from. Raises LabUnavailableError where it does not.

    A machine that was never asked for a package knows it only after an update.
    """
    known = _known_mirror()
    if known is None:
        with cache.lock("apt"):
            _run([*APT_GET, "update"], check=False)
        known = _known_mirror()
    if known is None:
        raise LabUnavailableError("This machine names no mirror of Debian to take packages from.")
    return known


def _known_mirror() -> str | None:
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(SITE)", "Created-By: Packages"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    sites = (line.partition(" ") for line in done.stdout.splitlines())
    own = (site for origin, _, site in sites if origin == "Debian" and "security" not in site)
    return next(own, None)


def _run(command: Sequence[str], *, check: bool = True, folder: Path | None = None) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if check and done.returncode != 0:
        words = "\n  ".join(done.stdout.strip().splitlines()[-6:])
        raise LabUnavailableError(
            f"apt-get could not do `{' '.join(command[-3:])}`:\n  {words}\n"
            "Check that this machine reaches its package mirror, or install the packages yourself."
        )
    return done.returncode


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Debian's own hook for this: maintainer scripts ask policy-rc.d, and 101 means no."""
    if POLICY.exists():  # the administrator's: theirs decides
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _enabled_services() -> set[str]:
    """Names of the services that would start at the next boot."""
    folders = Path("/etc/systemd/system").glob("*.wants")
    return {unit.name for folder in folders for unit in folder.iterdir()}


def _disable(services: set[str]) -> None:
    """A service that came with our packages must not start at the next boot either."""
    if services and shutil.which("systemctl"):
        subprocess.run(["systemctl", "--quiet", "disable", *sorted(services)], check=False)
