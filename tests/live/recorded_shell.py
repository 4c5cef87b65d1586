"""A recorded shell that stays open, and docker commands through its relay."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from grader.journal_file import JournalFile
from tests.live.conftest import Workshop
from tests.places import GRADE_LAB

SECONDS = 120
RUBRIC = """\
schema: grade-lab/rubric/1
id: look
title: Look
variables:
  name: {required: true}
  image: {required: true}
objectives:
  - id: logs
    title: Logs
    points: 1
    checks: [{type: quoted, question: a, of: log_line, name: "{name}", accept: [recorded]}]
  - id: list
    title: List
    points: 1
    checks: [{type: quoted, question: b, of: container_id, name: "{name}", accept: [recorded]}]
  - id: images
    title: Images
    points: 1
    checks: [{type: quoted, question: c, of: image_id, image: "{image}", accept: [recorded]}]
"""
SERVE = ["sh", "-c", "echo hello; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
Done = subprocess.CompletedProcess[bytes]


@dataclass
class Lab:
    """A submission, the container and the image that its rubric names, and an open shell."""

    folder: Path
    name: str
    image: str
    relay: Mapping[str, str]
    process: subprocess.Popen[str]

    def docker(self, *words: str, stdin: bytes = b"", direct: bool = False, **env: str) -> Done:
        """A docker command, through the relay or not."""
        return subprocess.run(
            ["docker", *words],
            input=stdin,
            env={**os.environ, **({} if direct else self.relay), **env},
            capture_output=True,
            timeout=SECONDS,
        )

    def done(self, *words: str, **more: Any) -> bytes:
        """The output of a docker command through the relay that succeeds."""
        done = self.docker(*words, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> str:
        _, told = self.process.communicate("\n", timeout=SECONDS)
        assert "Traceback" not in told
        return told

    @property
    def recorded(self) -> list[tuple[str, int]]:
        """The paths and statuses in the journal, once the shell is closed."""
        self.close()
        entries = JournalFile(self.folder / ".grade-lab" / "journal.jsonl").read().entries
        return [
            (str(e.data["path"]), int(str(e.data["status"])))
            for e in entries
            if e.source == "relay" and e.data
        ]


@contextmanager
def recorded_lab(folder: Path, workshop: Workshop) -> Iterator[Lab]:
    """A lab in ``folder`` whose container runs and whose shell is open."""
    mark = uuid4().hex[:8]
    name, image = f"relay-{mark}", f"relay-{mark}:1"
    workshop.image(image, f"FROM {workshop.base}\n")
    workshop.container(name, image, SERVE, stdin_open=True)
    folder.mkdir()
    (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    variables = json.dumps({"name": name, "image": image})
    lab_file = f"rubric: rubric.yaml\nvariables: {variables}\n"
    (folder / "lab.yaml").write_text(lab_file, encoding="utf-8")
    with opened(folder) as (relay, process):
        yield Lab(folder, name, image, relay, process)


@contextmanager
def opened(
    folder: Path, env: Mapping[str, str] = os.environ
) -> Iterator[tuple[Mapping[str, str], subprocess.Popen[str]]]:
    """A recorded shell that waits for a line; its docker settings."""
    tell = ["sh", "-c", "echo $DOCKER_HOST; read end"]
    process = subprocess.Popen(
        [GRADE_LAB, "shell", folder, "--lang", "en", "--", *tell],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert address, process.communicate()
        yield {"DOCKER_HOST": address}, process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=SECONDS)


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def archive(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return made.getvalue()
