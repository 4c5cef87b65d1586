"""What this computer has to do with Docker: its operating system, and which products are there.

A few looks at files, and no process is started: it is asked for whenever advice is.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from grader.collect.advice import Group, Product, Surroundings
from grader.shell_environment import outside

_PROGRAMS: Mapping[Product, tuple[str, ...]] = {
    "engine": ("dockerd",),
    "colima": ("colima",),
    "orbstack": ("orb", "orbctl"),
    "podman": ("podman",),
    "rancher": ("rdctl",),
}
_PLACES: Mapping[Product, tuple[str, ...]] = {
    "desktop": (
        "/Applications/Docker.app",
        "/opt/docker-desktop",
        r"C:\Program Files\Docker\Docker\Docker Desktop.exe",
    ),
    "orbstack": ("/Applications/OrbStack.app",),
    "rancher": ("/Applications/Rancher Desktop.app",),
    "engine": ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/snap/bin/docker"),
}
_DESKTOP_FROM_WSL = "/mnt/c/Program Files/Docker/Docker"


def surroundings(env: Mapping[str, str] = os.environ) -> Surroundings:
    """Those of this process."""
    wsl = _is_wsl(env)
    products: set[Product] = {
        product
        for product, programs in _PROGRAMS.items()
        if any(shutil.which(program, path=env.get("PATH")) for program in programs)
    }
    products |= {
        product
        for product, places in _PLACES.items()
        if any(
            place.startswith("C:") == (sys.platform == "win32") and Path(place).exists()
            for place in places
        )
    }
    if wsl and (shutil.which("docker.exe") or Path(_DESKTOP_FROM_WSL).is_dir()):
        products.add("desktop")
    return Surroundings(
        platform=sys.platform,
        wsl=wsl,
        systemd=Path("/run/systemd/system").is_dir(),
        group=_docker_group(),
        products=frozenset(products),
        docker_host=outside(env).get("DOCKER_HOST", ""),
    )


def _is_wsl(env: Mapping[str, str]) -> bool:
    if sys.platform != "linux":
        return False
    release = ""
    with suppress(OSError):
        release = Path("/proc/sys/kernel/osrelease").read_text(encoding="ascii", errors="replace")
    return bool(env.get("WSL_DISTRO_NAME")) or "microsoft" in release.lower()


def _docker_group() -> Group:
    """Whether this process is in the group ``docker``, or only will be after the next login."""
    if sys.platform == "win32":
        return "none"
    import grp
    import pwd

    try:
        group = grp.getgrnam("docker")
        if group.gr_gid in {os.getegid(), *os.getgroups()}:
            return "member"
        return "pending" if pwd.getpwuid(os.geteuid()).pw_name in group.gr_mem else "none"
    except (KeyError, OSError):
        return "none"
