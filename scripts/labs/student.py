"""A student with a folder and a terminal, for the stories of a lab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from lab.docker import DockerError, docker
from lab.ports import free_port

GRADE_LAB = Path(sys.executable).with_name("grade-lab")
NOT_KEPT = (".env", "*.lock", "report", "__pycache__")
PATIENCE = 20.0
EVERYWHERE = "0.0.0.0"  # noqa: S104 - where docker publishes a port


class StoryError(Exception):
    """Something that a story relies on did not happen; the text says what."""


@dataclass(frozen=True)
class Student:
    """Somebody who does a lab in ``folder``; ``port`` is one of the computer's that is free.

    ``tag`` is that of the images, so that stories told on one engine do not meet.
    """

    folder: Path
    rubric: str
    port: int
    tag: str

    def docker(self, *arguments: str) -> str:
        """Any docker command; what it printed. Raises DockerError when it fails."""
        return docker(arguments, {}, folder=self.folder)

    def tries(self, *arguments: str) -> None:
        """A docker command that is known to fail, as it does for students."""
        with suppress(DockerError):
            self.docker(*arguments)
            raise StoryError(f"`docker {' '.join(arguments)}` worked, and was expected to fail")

    def write(self, path: str, text: str) -> None:
        """Write a file of the submission."""
        (self.folder / path).write_text(text, encoding="utf-8")

    def write_lab(self, variables: str) -> None:
        """Write lab.yaml, with these variables of the rubric."""
        self.write(
            "lab.yaml",
            f"rubric: {self.rubric}\n"
            "learner: {id: s-001, name: 김하늘}\n"
            f"variables: {{{variables}}}\n",
        )

    def edit(self, path: str, old: str, new: str) -> None:
        """Put something right (or wrong) in a file that has it exactly once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise StoryError(f"{path} has {old!r} {text.count(old)} times")
        self.write(path, text.replace(old, new))

    def answer(self, **answers: str) -> None:
        """Write answers below their headings in answers.md; ``log_line`` is ``## log-line``."""
        told = (f"## {name.replace('_', '-')}\n\n{text}\n" for name, text in answers.items())
        self.write("answers.md", "\n".join(told))

    def grade(self, *, complete: bool = True, **environment: str) -> None:
        """Run grade-lab, as often as a student would; reports are not kept.

        Not ``complete`` is what cannot all be looked at; ``environment`` is laid over the own.
        """
        done = subprocess.run(
            [GRADE_LAB, self.folder, "--rubric", self.rubric, "--lang", "en", "--quiet"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in ({0, 1} if complete else {3}):
            raise StoryError(f"grade-lab ended with {done.returncode}: {done.stderr}{done.stdout}")

    def ended(self, container: str) -> int:
        """Wait until a container has ended; its exit code."""
        return int(self.docker("wait", container))

    def until(self, what: str, holds: Callable[[], object]) -> None:
        """Wait until something holds that docker or the app brings about by itself."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise StoryError(f"it did not come about in {PATIENCE:.0f} s: {what}")
            time.sleep(0.05)

    def opens(self, path: str = "/") -> str:
        """The page as a browser gets it; empty when nothing answers."""
        url = f"http://127.0.0.1:{self.port}{path}"
        with suppress(OSError, HTTPException), urllib.request.urlopen(url, timeout=5) as page:
            return str(page.read().decode("utf-8"))
        return ""

    def hand_in(self, case: Path) -> None:
        """Keep the submission with its journal as a test case of the rubric."""
        expected = case / "expected.yaml"
        kept = expected.read_bytes() if expected.exists() else None
        shutil.rmtree(case, ignore_errors=True)
        shutil.copytree(self.folder, case, ignore=shutil.ignore_patterns(*NOT_KEPT))
        if kept is not None:
            expected.write_bytes(kept)


def begin(starter: Path, folder: Path, rubric: str, *, tag: str, port: int) -> Student:
    """A student who got the starter, and wrote a lab.yaml."""
    shutil.copytree(starter, folder, ignore=shutil.ignore_patterns("__pycache__", ".grade-lab"))
    student = Student(folder, rubric, free_port(port, EVERYWHERE), tag)
    student.write_lab(f'tag: "{tag}", port: {student.port}')
    return student


def registry() -> str:
    """The registry of the lab, logged in to."""
    address = os.environ["GRADE_LAB_REGISTRY"]
    user, password = (os.environ[f"GRADE_LAB_REGISTRY_{part}"] for part in ("USER", "PASSWORD"))
    docker(
        ["login", "--username", user, "--password-stdin", address],
        {},
        typed=password,
    )
    return address
