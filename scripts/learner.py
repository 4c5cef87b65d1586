"""A learner who does the lab with the docker command: one method for each step.

The demo calls every step in order; live tests leave steps out or vary them.
"""

import re
import shlex
import shutil
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from lab.docker import DockerError, docker

ANSWER_SECONDS = 20.0

Tell = Callable[[str, str], None]
"""Is called with each command and what it printed."""


class Learner:
    """Somebody with a submission's folder, a terminal and a registry account.

    `environment` is laid over the process's own, as `docker` sees it; `port` is the one on the
    host. Each step returns what the command printed and raises DockerError when it fails.
    """

    def __init__(
        self,
        folder: Path,
        registry: str,
        environment: Mapping[str, str] | None = None,
        *,
        hub_id: str = "haneul",
        version: str = "1.0",
        name: str = "wisheasy",
        port: int = 8080,
        tell: Tell | None = None,
    ) -> None:
        self.folder = folder
        self.registry = registry
        self.environment = dict(environment or {})
        self.name = name
        self.port = port
        self.local = f"wisheasy:{version}"
        self.remote = f"{registry}/{hub_id}/wisheasy:{version}"
        self._tell = tell or (lambda *_: None)

    def docker(self, *arguments: str, typed: str | None = None) -> str:
        """Any docker command, in the submission's folder."""
        output = docker(arguments, self.environment, typed=typed, folder=self.folder)
        self._tell(shlex.join(["docker", *arguments]), output)
        return output

    def write_env(self) -> None:
        """The file for `--env-file`, which is never handed in."""
        text = "WISHEASY_OWNER=김하늘\nWISHEASY_GREETING=오늘도 소원 하나!\n"
        (self.folder / ".env").write_text(text, encoding="utf-8")

    def engine_version(self) -> str:
        return self.docker("version")

    def build(self, *options: str) -> str:
        return self.docker("build", "-t", self.local, *options, ".")

    def tag(self) -> str:
        return self.docker("tag", self.local, self.remote)

    def login(self, user: str, password: str) -> str:
        return self.docker(
            "login", "--username", user, "--password-stdin", self.registry, typed=password
        )

    def logout(self) -> str:
        return self.docker("logout", self.registry)

    def push(self) -> str:
        return self.docker("push", self.remote)

    def remove_remote_tag(self) -> str:
        """So that the pull that follows really has to pull."""
        return self.docker("image", "rm", self.remote)

    def pull(self) -> str:
        return self.docker("pull", self.remote)

    def run(
        self,
        *options: str,
        image: str | None = None,
        name: str | None = None,
        publish: str | None = None,
        env_file: str = ".env",
        detach: bool = True,
        command: Sequence[str] = (),
    ) -> str:
        """Start the app. Empty `name`, `publish` or `env_file` leave the option out."""
        name = self.name if name is None else name
        publish = f"{self.port}:8000" if publish is None else publish
        arguments = ["-d"] if detach else []
        for option, value in (("--name", name), ("-p", publish), ("--env-file", env_file)):
            arguments += [option, value] if value else []
        return self.docker("run", *arguments, *options, image or self.remote, *command)

    def wait_for_app(self) -> str:
        """Open the app as a browser would, as soon as it answers, and return the page."""
        url = f"http://127.0.0.1:{self.port}/"
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError, HTTPException), urllib.request.urlopen(url, timeout=5) as page:
                return str(page.read().decode("utf-8"))
            time.sleep(0.05)
        raise DockerError(f"open {url}", 1, f"no answer for {ANSWER_SECONDS:.0f} s")

    def list_containers(self) -> str:
        return self.docker("ps", "-a")

    def list_images(self) -> str:
        return self.docker("image", "ls")

    def logs(self) -> str:
        return self.docker("logs", self.name)

    def exec(self, *command: str) -> str:
        return self.docker("exec", self.name, *(command or ("python", "-V")))

    def stop(self) -> str:
        return self.docker("stop", self.name)

    def rm(self) -> str:
        return self.docker("rm", self.name)

    def image_rm(self, *references: str) -> str:
        return self.docker("image", "rm", *(references or (self.local, self.remote)))

    def write_quotes(self) -> None:
        """Copy a log line, the container's id and the image's id from the terminal's output."""
        container = self._read("ps", "-a", "--filter", f"name=^{self.name}$", "--quiet")
        image = self._read("image", "ls", "--quiet", self.remote)
        log = self._read("logs", self.name).splitlines()
        line = next(line for line in log if "listening" in line)
        for question, quote in (
            ("log-line", line),
            ("container-id", container),
            ("image-id", image),
        ):
            self.answer(question, f"`{quote}`")

    def answer(self, question: str, text: str) -> None:
        """Replace what stands under a question's heading in answers.md."""
        path = self.folder / "answers.md"
        answers = path.read_text(encoding="utf-8")
        section = re.compile(rf"(?ms)^(## {re.escape(question)}\n).*?(?=^## |\Z)")
        new = section.sub(lambda found: f"{found[1]}\n{text}\n\n", answers)
        path.write_text(new.rstrip() + "\n", encoding="utf-8")

    def _read(self, *arguments: str) -> str:
        """What the learner's eyes find in the output of a step, with a command of our own."""
        return docker(arguments, self.environment)

    def clean_up(self) -> None:
        """Remove whatever is left of the container and the images; for after a failure."""
        for arguments in (("rm", "--force", self.name), ("image", "rm", self.local, self.remote)):
            with suppress(DockerError):
                docker(arguments, self.environment)


def copy_submission(source: Path, folder: Path) -> Path:
    """A fresh copy of a submission, without its journal and what Python leaves behind."""
    leave = shutil.ignore_patterns(".grade-lab", "__pycache__", ".env")
    shutil.copytree(source, folder, ignore=leave)
    return folder
