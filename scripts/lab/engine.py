"""A private Docker engine: its own daemon, data, socket and network; the user's is not touched.

The daemon runs in process and mount namespaces of its own. So its containers, mounts and port
forwarders end with it, whether it is stopped, killed, or loses the process that started it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from . import apt, cache, processes
from .docker import docker
from .errors import LabUnavailableError
from .slots import Slot

CLIENT = (
    ("docker", "docker-cli"),  # part of docker.io until Debian 12
    ("ip", "iproute2"),
)
PROGRAMS = (("dockerd", "docker.io"), *CLIENT)
# In a mount namespace of its own, a root folder gets what an engine needs of this machine, and
# becomes its root, so that whoever enters a container's namespace later finds the container.
ENTER = """
set -eu
root=$1 configuration=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
for folder in /sys /dev; do mount --rbind "$folder" "$root$folder"; done
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
while [ "$1" != -- ]; do mkdir -p "$root$1"; mount --bind "$1" "$root$1"; shift; done
shift
cd "$root"
mkdir run/outside
pivot_root . run/outside
umount -l /run/outside
exec "$@"
"""
START_SECONDS = 60.0
STOP_SECONDS = 30.0


class PrivateEngine:
    """One engine, to be used as a context manager, by root on Debian or Ubuntu.

    `state` is a folder for its log and its data, in the cache unless given. The data are
    removed when the engine opens and when it closes; in between, `stop`, `kill` and `start`
    keep them, as on a learner's machine. `settings` are laid over our own daemon.json.
    `root` is the root folder of another release of Debian, whose engine it then is; `program` is
    another daemon to run there, alone in its folder.
    Start it from a thread that lives as long as the engine should: the kernel ends the engine
    with that thread. Raises LabUnavailableError, with the end of the log, when it does not start.
    """

    def __init__(
        self,
        state: Path | None = None,
        settings: Mapping[str, object] | None = None,
        *,
        root: Path | None = None,
        program: Path | None = None,
    ) -> None:
        self._given_state = state
        self._settings = dict(settings or {})
        self._root = root
        self._program = program
        self._slot: Slot | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0

    @property
    def slot(self) -> Slot:
        """The engine's place on the machine; an error before it is open."""
        if self._slot is None:
            raise RuntimeError("The engine is not open: use it in a `with` statement.")
        return self._slot

    @property
    def state(self) -> Path:
        """The folder of the log and the data."""
        return self._given_state or cache.folder() / f"engine-{self.slot.number}"

    @property
    def log(self) -> Path:
        return self.state / "dockerd.log"

    @property
    def socket(self) -> Path:
        return self.slot.folder / "docker.sock"

    @property
    def pid(self) -> int:
        """The daemon's process id; 0 when it does not run."""
        return self._pid if self.running else 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def environment(self) -> dict[str, str]:
        """What a `docker` command needs to speak to this engine and keep its own logins."""
        return {
            "DOCKER_HOST": f"unix://{self.socket}",
            "DOCKER_CONFIG": str(self.slot.folder / "client"),
            "DOCKER_TLS_VERIFY": "",  # the user's settings for an engine elsewhere
            "DOCKER_API_VERSION": "",
        }

    def __enter__(self) -> Self:
        apt.ensure(CLIENT if self._root else PROGRAMS)
        self._slot = Slot.claim()
        try:
            self._remove_data()
            self.state.mkdir(parents=True, exist_ok=True)
            self.log.unlink(missing_ok=True)
            self.slot.open()
            (self.slot.folder / "client").mkdir(mode=0o700)
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the daemon and wait until it answers; nothing when it runs already."""
        if self.running:
            return
        shutil.rmtree(self.slot.folder / "exec", ignore_errors=True)
        (self.slot.folder / "docker.pid").unlink(missing_ok=True)  # a killed daemon's
        self._configure()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                env={**os.environ, "PATH": apt.PATH},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we then stop the engine
            )
        self._await_answer(self._process)
        self._pid = processes.child_of(self._process.pid)

    def stop(self) -> None:
        """Stop the daemon as `systemctl stop docker` would: containers are stopped first."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the daemon at once, as a crash would; its containers end with it."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """End the daemon for good and remove all that it had and all that it left."""
        if self._slot is None:
            return
        self.kill()  # nothing is kept, so there is nothing to stop gracefully
        self._remove_data()
        self._slot.clean()
        self._slot.release()
        self._slot = None

    def docker(self, *arguments: str) -> str:
        """Run a docker command against this engine and return what it prints. DockerError."""
        return docker(arguments, self.environment)

    def _configure(self) -> None:
        """Write what the daemon reads when it starts."""
        self.slot.configuration.write_text(json.dumps(self._configuration(), indent=2))

    def _daemon(self) -> Sequence[str]:
        dockerd = self._program or (None if self._root else apt.find("dockerd"))
        return (str(dockerd or "dockerd"), "--config-file", str(self.slot.configuration))

    def _configuration(self) -> dict[str, object]:
        folder, network = self.slot.folder, self.slot.network
        return {
            "hosts": [f"unix://{self.socket}"],
            "data-root": str(self.state / "data"),
            "exec-root": str(folder / "exec"),
            "pidfile": str(folder / "docker.pid"),
            "deprecated-key-path": str(folder / "key.json"),  # an id of its own, and none in /etc
            "bridge": self.slot.bridge,
            "default-address-pools": [{"base": str(network), "size": 24}],
            # The machine's firewall and routing stay as they are: ports go through docker-proxy.
            "iptables": False,
            "ip6tables": False,
            "ip-forward": False,
            # No systemd needed, and a place for the cgroups that can be cleaned.
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "cgroup-parent": self.slot.cgroup,
            "shutdown-timeout": 5,
            **self._settings,
        }

    def _command(self) -> Sequence[str]:
        return (
            *("setpriv", "--pdeathsig", "KILL"),
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
            *(self._entering(self._root) if self._root else ()),
            *self._daemon(),
        )

    def _entering(self, root: Path) -> Sequence[str]:
        """A command's beginning that lets the rest run in a root folder, at the same paths."""
        shared = [self.state, self.slot.folder, *([self._program.parent] if self._program else [])]
        own = (str(root), str(self.slot.configuration), *map(str, shared))
        return ("sh", "-c", ENTER, "enter", *own, "--")

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.socket):
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise LabUnavailableError(
                    f"The private Docker engine did not start. {self._last_words()}"
                )
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "The end of its log:\n  " + "\n  ".join(lines[-5:])

    def _end(self, how: signal.Signals) -> None:
        """Signal the daemon itself: the `unshare` around it ends when the daemon has."""
        if self._process is None:
            return
        daemon = self._pid or processes.child_of(self._process.pid)
        with suppress(ProcessLookupError):
            if self.running:
                os.kill(daemon or self._process.pid, how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # takes the daemon and all that it started along
            self._process.wait()
        self._process, self._pid = None, 0

    def _remove_data(self) -> None:
        shutil.rmtree(self.state / "data", ignore_errors=True)


def _answers(path: Path) -> bool:
    """Whether an engine answers /_ping on this socket."""
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        return b" 200 " in connection.recv(64)
    return False
