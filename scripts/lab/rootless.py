"""Private engines that run without root, as an ordinary user's: rootless Docker and Podman.

The user is one of the unpacked release only; nothing of it is known to the machine. Run them in a
network namespace that ends with them: the addresses of the user's own network are always the same.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .engine import PrivateEngine
from .podman import PodmanEngine
from .registry import USUAL_PORT

USER: Final = 59999  # Debian gives it to nobody by itself
SUBORDINATES: Final = 1_000_000_000
PACKAGES = ("iproute2", "iptables", "slirp4netns", "uidmap")
# The folder of the engine's data may be in root's home; the device is what the user's network is
# made with.
BECOME = f"""
set -eu
chmod a+x /root
printf 'grade-lab:x:{USER}:{USER}::%s:/bin/sh\n' "$1" | cat /etc/passwd - > /run/passwd
printf 'grade-lab:{SUBORDINATES}:65536\n' > /run/subordinates
touch /etc/subuid /etc/subgid
mount --bind /run/passwd /etc/passwd
mount --bind /run/subordinates /etc/subuid
mount --bind /run/subordinates /etc/subgid
mknod --mode 666 /run/tun c 10 200
mount --bind /run/tun /dev/net/tun
chmod 1777 /tmp
export HOME="$1" XDG_RUNTIME_DIR="$1" USER=grade-lab
shift
exec setpriv --reuid {USER} --regid {USER} --clear-groups "$@"
"""
# The engine is in a network of its own, in which 127.0.0.1 is not the machine's: the registry's
# port is handed on to 10.0.2.2, at which slirp4netns has the machine's loopback.
HAND_ON = f"""#!/bin/sh
docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port {USUAL_PORT} \\
    -container-ip 10.0.2.2 -container-port {USUAL_PORT} 3> /dev/null &
exec dockerd "$@"
"""
DOCKER_PROGRAM = "/usr/share/docker.io/contrib/dockerd-rootless.sh"
NOT_FOR_USERS = frozenset(("bridge", "default-address-pools", "exec-opts", "cgroup-parent"))


class RootlessDocker(PrivateEngine):
    """A Docker Engine of an ordinary user, out of a root folder; used as a `PrivateEngine` is.

    Of the machine's loopback it reaches the registry's usual port only.
    """

    def _configure(self) -> None:
        super()._configure()
        start = self.slot.folder / "dockerd"
        start.write_text(HAND_ON, encoding="ascii")
        start.chmod(0o755)
        _give(self.slot.folder, self.state / "data")

    def _configuration(self) -> dict[str, object]:
        own = super()._configuration()
        return {name: value for name, value in own.items() if name not in NOT_FOR_USERS}

    def _daemon(self) -> Sequence[str]:
        folder = self.slot.folder
        settings = (
            f"DOCKERD={folder}/dockerd",
            "DOCKERD_ROOTLESS_ROOTLESSKIT_DISABLE_HOST_LOOPBACK=false",
        )
        program = ("env", *settings, DOCKER_PROGRAM, "--config-file", str(self.slot.configuration))
        return _become(folder, program)


class RootlessPodman(PodmanEngine):
    """Podman's service of an ordinary user, out of a root folder; used as a `PodmanEngine` is."""

    def _configure(self) -> None:
        super()._configure()
        _give(self.slot.folder, self.state / "data", self.certificate)

    def _daemon(self) -> Sequence[str]:
        alone, program = super()._daemon()[:4], super()._daemon()[4:]
        return (*alone, *_become(self.slot.folder, program))


def _become(home: Path, program: Sequence[str]) -> Sequence[str]:
    return ("sh", "-c", BECOME, "become", str(home), *program)


def _give(*places: Path) -> None:
    for place in places:
        if not place.exists():
            place.mkdir()
        os.chown(place, USER, USER)
