"""Labs about containers that come and go, on the engine of all tests or on one of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from lab.docker import docker

from tests.live.watching import evidence

BASE = os.environ.get("GRADE_LAB_BASE_IMAGE", "")
LIVES = """\
schema: grade-lab/rubric/1
id: lives
title: Lives
objectives:
  - id: ran
    title: A container ran and said something
    points: 1
    checks:
      - {type: container, image: "{image}", env: [LIFE], ports: ["9000"]}
      - {type: logs, image: "{image}", contains: life}
"""


@dataclass(frozen=True)
class Lab:
    """A submission about containers of one image, and an engine for them."""

    folder: Path
    image: str
    environment: dict[str, str]

    def docker(self, *arguments: str) -> str:
        return docker(arguments, self.environment)

    def run(self, name: str, *options: str, script: str) -> None:
        given = ("--name", name, "-e", "LIFE=1", "-p", "127.0.0.1::9000", *options)
        self.docker("run", *given, self.image, "sh", "-c", script)

    def live(self, name: str) -> None:
        """A container comes, and is removed as soon as it has started."""
        self.run(name, "-d", script="echo life; exec sleep 60")
        self.docker("rm", "-f", name)

    def told(self, action: str) -> set[str]:
        """The names of the containers of which such an event is recorded."""
        events = evidence(self.folder).events(action, image=self.image)
        return {seen.fact.name for seen in events}


@contextmanager
def lab(folder: Path, environment: Mapping[str, str]) -> Iterator[Lab]:
    image = f"lives:{uuid4().hex[:12]}"
    made = Lab(folder / "lives", image, dict(environment))
    made.folder.mkdir()
    (made.folder / "rubric.yaml").write_text(LIVES.replace("{image}", image), encoding="utf-8")
    (made.folder / "lab.yaml").write_text("rubric: rubric.yaml\n", encoding="utf-8")
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nLABEL of={image}\n", encoding="utf-8")
    made.docker("build", "-q", "-t", image, "-f", str(folder / "Dockerfile"), str(made.folder))
    try:
        yield made
    finally:
        made.docker("image", "rm", "-f", image)
