"""A private Podman that answers at a Docker-compatible socket, in the place of a Docker Engine.

It makes a bridge and rules of the firewall: run it in a network namespace that ends with it.
"""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL

from .engine import PrivateEngine

CONTAINERS = """
[containers]
cgroups = "disabled"
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE = """
[storage]
driver = "overlay"
graphroot = "{data}/storage"
runroot = "{folder}/podman"
"""
REGISTRIES = """
unqualified-search-registries = ["docker.io"]
"""
CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
    *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
)
# crun refuses to work beside a second kind of cgroups, so it gets to see one; and which addresses
# containers have is nothing to remember.
ALONE = """
umount /sys/fs/cgroup/unified 2>/dev/null
mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni
exec "$@"
"""


class PodmanEngine(PrivateEngine):
    """Podman's service out of a root folder; used as a `PrivateEngine` is.

    A login at a registry without TLS is refused by it, so it trusts one `certificate` on loopback.
    """

    @property
    def certificate(self) -> Path:
        """A file with a certificate for 127.0.0.1 and its key, while the engine is open."""
        return self.slot.folder / "certificate.pem"

    def close(self) -> None:
        """End it as a `PrivateEngine` is ended, and remove the cgroup that it makes and leaves."""
        super().close()
        for folder in Path("/sys/fs/cgroup").glob("**/libpod_parent"):
            with suppress(OSError):  # another Podman of this machine uses it
                folder.rmdir()

    def _configure(self) -> None:
        folder = self.slot.folder
        containers = CONTAINERS.format(
            files=_allowed(resource.RLIMIT_NOFILE), processes=_allowed(resource.RLIMIT_NPROC)
        )
        storage = STORAGE.format(data=self.state / "data", folder=folder)
        for name, text in (("containers", containers), ("storage", storage)):
            (folder / f"{name}.conf").write_text(text, encoding="ascii")
        file = str(self.certificate)
        subprocess.run([*CERTIFICATE, "-keyout", file, "-out", file], check=True, stderr=DEVNULL)
        self.slot.configuration.write_text(REGISTRIES, encoding="ascii")

    def _daemon(self) -> Sequence[str]:
        folder = self.slot.folder
        settings = (
            f"CONTAINERS_CONF={folder}/containers.conf",
            f"CONTAINERS_STORAGE_CONF={folder}/storage.conf",
            f"CONTAINERS_REGISTRIES_CONF={self.slot.configuration}",
            f"SSL_CERT_FILE={self.certificate}",
        )
        service = ("podman", "system", "service", "--time", "0", f"unix://{self.socket}")
        return ("sh", "-c", ALONE, "alone", "env", *settings, *service)


def _allowed(what: int) -> int:
    """Podman's own default is more than a machine may allow it."""
    _, hard = resource.getrlimit(what)
    return hard if hard != resource.RLIM_INFINITY else 65536
