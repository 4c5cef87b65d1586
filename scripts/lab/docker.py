"""Run one docker command, as a person would."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence


class DockerError(Exception):
    """A docker command ended with an error; the text names it and repeats its words."""

    def __init__(self, command: str, code: int, words: str) -> None:
        super().__init__(f"`{command}` ended with exit code {code}: {words or 'it said nothing'}")
        self.command = command
        self.code = code
        self.words = words


def docker(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    typed: str | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> str:
    """Run `docker …` in `folder` and return what it prints, without the last line end.

    That is its standard output, or its standard error when the former is empty: builds with
    buildx, and logs of programs that write only there.

    `environment` is laid over the process's own; `typed` goes to its standard input.
    Raises DockerError.
    """
    done = subprocess.run(
        ["docker", *arguments],
        env={**os.environ, **environment},
        cwd=folder,
        input=typed or "",
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise DockerError(shlex.join(["docker", *arguments]), done.returncode, words)
    return (done.stdout or done.stderr).rstrip("\n")
