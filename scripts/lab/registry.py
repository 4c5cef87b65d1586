"""A private registry: a process of our own on loopback, with one user."""

import base64
import http.client
import json
import secrets
import shutil
import ssl
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from . import apt, htpasswd, temporary
from .errors import LabUnavailableError
from .ports import free_port

PROGRAMS = (("docker-registry", "docker-registry"),)
USER = "learner"
USUAL_PORT = 5055
START_SECONDS = 30.0


class PrivateRegistry:
    """One empty registry, to be used as a context manager, on Debian or Ubuntu.

    Address, user and password hold for its whole life; `stop` and `start` keep its content.
    `user`'s password is random. It speaks HTTP, or TLS with a `certificate`, a file with its key,
    too. With `tokens`, the settings of its "token" authorization, somebody else knows who may what.
    Raises LabUnavailableError when it does not start.
    """

    def __init__(
        self, certificate: Path | None = None, tokens: Mapping[str, str] | None = None
    ) -> None:
        self._certificate = certificate
        self._tokens = tokens
        self.user = USER
        self.password = secrets.token_urlsafe(18)
        self._port = 0
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Host and port, as an image reference begins with."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The registry's process id; 0 when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def __enter__(self) -> Self:
        apt.ensure(PROGRAMS)
        self._folder = temporary.make("registry")
        try:
            line = htpasswd.line(self.user, self.password)
            (self._folder / "htpasswd").write_text(line, encoding="ascii")
            try:
                self._take(free_port(USUAL_PORT))
            except LabUnavailableError:  # somebody was faster to take that port
                self._take(free_port(0))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the registry and wait until it answers; nothing when it runs already."""
        if self.pid:
            return
        with (self._folder / "registry.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL"),  # it ends with us, however we end
                    *("docker-registry", "serve", str(self._folder / "config.yml")),
                ],
                env={"PATH": apt.PATH},  # REGISTRY_… variables would change the configuration
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = (self._folder / "registry.log").read_text(encoding="utf-8")
                end = "\n  ".join(log_text.splitlines()[-5:])
                raise LabUnavailableError(
                    f"The private registry did not start. Its log ends:\n  {end}"
                )
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)

    def stop(self) -> None:
        """End the registry's process; what was pushed stays for the next `start`."""
        if self._process is not None:
            self._process.kill()  # it has no state in memory that would be lost
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End it for good and remove its content."""
        self.stop()
        if self._folder != Path():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _take(self, port: int) -> None:
        self._port = port
        configuration = json.dumps(self._configuration(), indent=2)  # JSON is YAML
        (self._folder / "config.yml").write_text(configuration, encoding="ascii")
        self.start()

    def _configuration(self) -> dict[str, object]:
        file = str(self._certificate)
        tls = {"tls": {"certificate": file, "key": file}} if self._certificate else {}
        address = {"addr": f"127.0.0.1:{self._port}", "secret": secrets.token_hex(16)}
        return {
            "version": "0.1",
            "log": {"level": "warn"},
            "storage": {
                "filesystem": {"rootdirectory": str(self._folder / "data")},
                "delete": {"enabled": True},
            },
            "http": {**address, **tls},
            "auth": {"token": self._tokens}
            if self._tokens
            else {"htpasswd": {"realm": "lab", "path": str(self._folder / "htpasswd")}},
        }

    def _answers(self) -> bool:
        if self._tokens:
            return asks_who(self.address)
        return lets_in(
            self.address, self.user, self.password, encrypted=self._certificate is not None
        )


def asks_who(address: str) -> bool:
    """Whether a registry is up and wants to know who asks."""
    connection = http.client.HTTPConnection(address, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/v2/")
        return connection.getresponse().status == 401
    return False


def lets_in(address: str, user: str, password: str, *, encrypted: bool = False) -> bool:
    """Whether a registry is up and takes this user's password."""
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    connection = http.client.HTTPConnection(address, timeout=5)
    if encrypted:  # by a certificate that we made for it
        anyone = ssl._create_unverified_context()  # noqa: S323, SLF001
        connection = http.client.HTTPSConnection(address, timeout=5, context=anyone)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/v2/", headers={"Authorization": f"Basic {credentials}"})
        return connection.getresponse().status == 200
    return False
