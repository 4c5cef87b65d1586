"""Docker Compose for a private engine: the plugin of the docker command, out of a Debian package.

Debian 12 and Ubuntu's docker.io come without it, and Debian 12's own package is the first version,
which reads older files. So the package of Debian 13 is unpacked into the cache: one program, which
needs nothing but the C library, and nothing is installed on the machine.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from . import apt, cache
from .errors import LabUnavailableError, say

SUITE = "trixie"
PACKAGE = "docker-compose"
PROGRAM = Path("usr/libexec/docker/cli-plugins/docker-compose")


def enable(configuration: Path) -> None:
    """Let `docker compose` work with this folder of the docker command's configuration.

    Raises LabUnavailableError where the package cannot be had.
    """
    plugin = configuration / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    plugin.unlink(missing_ok=True)
    plugin.symlink_to(program())


def program() -> Path:
    """The plugin, in the cache. Raises LabUnavailableError where it cannot be had."""
    unpacked = cache.folder() / f"compose-{SUITE}"
    with cache.lock("compose"):  # one run makes it, those beside it wait
        if not (unpacked / PROGRAM).exists():
            say("getting Docker Compose (a Debian package, once) …")
            with tempfile.TemporaryDirectory(dir=cache.folder(), prefix="making-") as folder:
                package = apt.download_from(SUITE, PACKAGE, Path(folder))
                _unpack(package, Path(folder) / "root")
                (Path(folder) / "root").replace(unpacked)  # whole or not at all
    return unpacked / PROGRAM


def _unpack(package: Path, folder: Path) -> None:
    command = ["dpkg-deb", "--extract", str(package), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not (folder / PROGRAM).exists():
        raise LabUnavailableError(
            f"{package.name} could not be unpacked: {done.stderr.strip() or 'it lacks the plugin'}."
        )
