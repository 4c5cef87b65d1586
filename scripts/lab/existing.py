"""The engine that is there already, and a registry as a container on it.

Nothing of the user's is changed: their configuration is read for the engine's address only,
and the one container that we start carries our label and is removed.
"""

import os
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from . import htpasswd, temporary
from .docker import DockerError, docker
from .errors import LabUnavailableError
from .ports import free_port
from .registry import START_SECONDS, USER, USUAL_PORT, lets_in

LABEL = "grade-lab.lab=1"
OWNER = "grade-lab.pid"
REGISTRY_IMAGE = "registry:2"
HTPASSWD_IMAGE = "httpd:2-alpine"


class ExistingEngine:
    """The user's engine, seen through a client configuration of our own.

    Raises LabUnavailableError when no engine answers.
    """

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        if shutil.which("docker") is None:
            raise LabUnavailableError(
                "There is no `docker` command here. Install Docker, then run it again."
            )
        try:
            docker(["version", "--format", "{{.Server.Version}}"], {})
            host = os.environ.get("DOCKER_HOST") or docker(
                ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], {}
            )
        except DockerError as failed:
            raise LabUnavailableError(
                f"No Docker engine answers: {failed.words.splitlines()[-1]} "
                "Start Docker (Docker Desktop, or the docker service), then run it again."
            ) from failed
        configuration = temporary.make("client")
        self.environment = {"DOCKER_HOST": host, "DOCKER_CONFIG": str(configuration)}
        users = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
        with suppress(OSError):  # without it builds go through the classic builder
            (configuration / "cli-plugins").symlink_to(users / "cli-plugins")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.environment["DOCKER_CONFIG"], ignore_errors=True)

    def docker(self, *arguments: str, typed: str | None = None) -> str:
        """Run a docker command against the engine. DockerError."""
        return docker(arguments, self.environment, typed=typed)


class ContainerRegistry:
    """An empty registry on a loopback port of the engine's machine, with one user.

    A context manager like PrivateRegistry, and with the same members.
    """

    def __init__(self, engine: ExistingEngine) -> None:
        self._engine = engine
        self._container = ""
        self.address = f"127.0.0.1:{free_port(USUAL_PORT)}"
        self.user = USER
        self.password = secrets.token_urlsafe(18)

    def __enter__(self) -> Self:
        try:
            self._remove_left_over()
            self._create()
            self.start()
        except DockerError as failed:
            self.close()
            raise LabUnavailableError(f"No registry could be started: {failed}") from failed
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the registry and wait until it answers."""
        self._engine.docker("start", self._container)
        deadline = time.monotonic() + START_SECONDS
        while not lets_in(self.address, self.user, self.password):
            if time.monotonic() > deadline:
                words = self._engine.docker("logs", "--tail", "5", self._container)
                raise LabUnavailableError(
                    f"The registry container does not answer. Its log ends:\n{words}"
                )
            time.sleep(0.05)  # there is nothing to wait on between two looks at a container

    def stop(self) -> None:
        """Stop it; what was pushed stays for the next `start`."""
        self._engine.docker("stop", "--time", "1", self._container)

    def close(self) -> None:
        """Remove the container with all that was pushed."""
        if self._container:
            self._engine.docker("rm", "--force", "--volumes", self._container)
            self._container = ""

    def _create(self) -> None:
        settings = {
            "REGISTRY_AUTH": "htpasswd",
            "REGISTRY_AUTH_HTPASSWD_REALM": "lab",
            "REGISTRY_AUTH_HTPASSWD_PATH": "/htpasswd",
            "REGISTRY_STORAGE_DELETE_ENABLED": "true",
        }
        options = [f"--env={name}={value}" for name, value in settings.items()]
        options += [f"--label={LABEL}", f"--label={OWNER}={os.getpid()}"]
        options += [f"--publish={self.address}:5000"]
        self._container = self._engine.docker("create", *options, REGISTRY_IMAGE)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "htpasswd"
            file.write_text(self._htpasswd_line(), encoding="ascii")
            # Copied in, not mounted: the engine may not see this machine's folders.
            self._engine.docker("cp", str(file), f"{self._container}:/htpasswd")

    def _htpasswd_line(self) -> str:
        try:
            return htpasswd.line(self.user, self.password)
        except LabUnavailableError:  # on Windows and macOS
            run = ["run", "--rm", "--interactive", f"--label={LABEL}", HTPASSWD_IMAGE]
            command = ["htpasswd", "-niB", self.user]
            return self._engine.docker(*run, *command, typed=self.password)

    def _remove_left_over(self) -> None:
        """Remove the registries of runs that were killed; those of others that run stay."""
        form = f'{{{{.ID}}}} {{{{.Label "{OWNER}"}}}}'
        listing = self._engine.docker("ps", "-a", "--filter", f"label={LABEL}", "--format", form)
        for row in listing.splitlines():
            container, _, owner = row.partition(" ")
            if owner and not temporary.lives(int(owner)):
                self._engine.docker("rm", "--force", "--volumes", container)
